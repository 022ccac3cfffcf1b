import { newId } from "../../core/ids.ts";
import { openAnswering } from "../run/answering.ts";
import type { EvalContext } from "../run/context.ts";
import { invalid } from "../dataset/records.ts";
import { caseOfRow, specOf } from "../run/runs.store.ts";
import type { LoadedSuite } from "../dataset/suite.ts";
import { findCase, insertCalibration } from "./calibrations.store.ts";
import { chooseJudge, type ChosenJudge } from "./choose.ts";
import type { CalibrationFound } from "./found.ts";
import { casesIn, type LabelledRun, joinLabels } from "./evidence.ts";
import { judgeJudge } from "./judgement.ts";
import type { Labels } from "./labels.ts";
import { calibrationNotes } from "./notes.ts";
import { comparePairs } from "./pairs.ts";
import { type Calibration, calibrationSchema } from "./schema.ts";

export interface CalibrateOptions {
  /** Words what was found: the document that is kept and returned. */
  word: (found: CalibrationFound) => Calibration;
  /** A stored run instead of the latest complete one. */
  run?: string | undefined;
  /** The scorer, where the suite has several that ask a judge. */
  scorer?: string | undefined;
}

/**
 * Measures the judge of a suite against people's labels, from the verdicts a run stored; only pairs make it answer anew.
 * What is decided is stored under the judge's content, so that every run of the same judge finds it. Throws USAGE,
 * RUN_NOT_FOUND, DATASET_INVALID at a label's line, and what the judge's calls throw.
 */
export async function calibrate(
  context: EvalContext,
  suite: LoadedSuite,
  labels: Labels,
  options: CalibrateOptions,
): Promise<Calibration> {
  const chosen = await chooseJudge(context.store, suite, options);
  const evidence = joinLabels(context.store, chosen.run, chosen.judge.index, labels);
  const position = await comparedPairs(context, chosen, labels);
  const notes = calibrationNotes(chosen, suite, evidence, position);
  const found = { ...judged(chosen, labels, evidence, position), notes };
  return stored(context, calibrationSchema.parse(options.word(found)));
}

/** Compares the pairs with the judge's own client; the target's model is not needed, and so neither is its key. */
async function comparedPairs(
  context: EvalContext,
  { run, judge }: ChosenJudge,
  { pairs, file }: Labels,
): Promise<Calibration["position"]> {
  if (pairs.length === 0) return null;
  const whole = pairs.map((pair) => {
    const row = findCase(context.store, run.dataset, pair.caseId);
    if (row === undefined) throw invalid(file, pair.line, `run ${run.id} of ${run.suite} has no case "${pair.caseId}"`);
    return { ...pair, case: caseOfRow(row) };
  });
  const spec = { ...specOf(run), model: judge.model, outputs: null };
  const answering = await openAnswering(context, spec, { recorded: () => undefined });
  try {
    const { client } = answering;
    return await comparePairs({ client, rubric: judge.rubric, pairs: whole, signal: context.signal });
  } finally {
    await answering.close();
  }
}

function judged(
  { run, judge }: ChosenJudge,
  { file, digest }: Labels,
  evidence: LabelledRun,
  position: Calibration["position"],
): Omit<CalibrationFound, "notes"> {
  const judgement = judgeJudge(evidence);
  const passes = evidence.labelled.filter((o) => o.label).length;
  const n = evidence.labelled.length;
  return {
    schema: "agentops.judge/1",
    id: null,
    suite: run.suite,
    scorer: judge.scorer,
    judge: judge.model,
    key: judge.key,
    run: run.id,
    labels: {
      file,
      digest,
      n,
      cases: casesIn(evidence.labelled),
      passes,
      fails: n - passes,
      unjudged: evidence.unjudged,
    },
    ...judgement,
    position,
  };
}

/** Too few labels decide nothing, and must not hide an earlier calibration that did. */
async function stored({ store, actor, clock }: EvalContext, result: Calibration): Promise<Calibration> {
  if (result.verdict === "inconclusive") return result;
  const document = { ...result, id: newId() };
  const row = {
    id: document.id,
    judgeKey: result.key,
    suite: result.suite,
    scorer: result.scorer,
    runId: result.run,
    verdict: result.verdict,
    labelsDigest: result.labels.digest,
    result: JSON.stringify(document),
    actor,
    createdAt: clock.now().toISOString(),
  };
  await (await store.shared()).inTransaction((tx) => insertCalibration(tx, row));
  return document;
}
