import type { Project } from "../../core/project.ts";
import { stageSuite } from "../../evals/dataset/stage-suite.ts";
import { openStage } from "../../evals/dataset/stage.store.ts";
import { inputsOf } from "../../evals/inputs/inputs.ts";
import { planRun } from "../../evals/run/plan.ts";
import { requestMaker } from "../../evals/run/request.ts";
import type { RunSpec } from "../../evals/run/run-spec.ts";
import { newestComplete } from "../../evals/run/runs.store.ts";
import { askedModels, standingFiles, suiteAsUsed } from "../../evals/run/standing.ts";
import { checkPassPower } from "../../evals/run-suite.ts";
import { answersOf } from "../../models/create.ts";
import type { Affected } from "../affected.ts";
import { storedRun } from "../control/control-run.ts";
import { countAnswers } from "./count-answers.ts";
import { basisOf, capOf, costOf } from "./estimate.ts";
import type { PlanGateOptions, Reading } from "./reading.ts";
import type { PlannedSide } from "./plan.schema.ts";

/** One side of a run as it would be made, over the cases that are staged. */
interface Made {
  side: PlannedSide["side"];
  /** As it is named to whoever runs it. */
  ref: string;
  spec: RunSpec;
  dataset: { digest: string; cases: number };
}

/** Both sides of an artifact's suite as they would be run; without a control where it has none. Throws what running throws before it asks. */
export async function planSides(
  reading: Reading,
  { artifact, suite }: Affected,
  mergeBase: string,
  options: PlanGateOptions,
): Promise<PlannedSide[]> {
  const control = artifact.control === null ? null : `${artifact.control.address}@${mergeBase}`;
  const candidate = await makeSide(reading, suite, { side: "candidate", ref: artifact.address }, options);
  const planned: PlannedSide[] = [];
  if (control !== null) {
    const before = await makeSide(reading, suite, { side: "control", ref: control }, options);
    const like = { dataset: candidate.dataset.digest, spec: JSON.stringify(candidate.spec) };
    const reuses = await storedRun(reading, suite, { ...options, target: control }, like);
    planned.push(await sideOf(reading, before, reuses?.id ?? null, options));
  }
  return [...planned, await sideOf(reading, candidate, null, options)];
}

async function makeSide(
  { project, scratch, now }: Reading,
  suite: Affected["suite"],
  { side, ref }: Pick<Made, "side" | "ref">,
  options: PlanGateOptions,
): Promise<Made> {
  const spec = await planRun(project, suite, { ...options, target: ref });
  const request = requestMaker(spec.target);
  const stage = openStage(scratch);
  try {
    const staged = await stageSuite(stage, project, suite, null, options.selection, (vars) => void request(vars));
    checkPassPower(suite, spec.trials);
    const used = [suiteAsUsed(project, suite), ...staged.used, ...(await standingFiles(project, spec, {}))];
    spec.inputs = await inputsOf(project, used, askedModels(spec));
    return { side, ref, spec, dataset: stage.save(now) };
  } finally {
    stage.close();
  }
}

async function sideOf(
  reading: Reading,
  { side, ref, spec, dataset }: Made,
  reuses: string | null,
  { maxCostUsd, noCache }: PlanGateOptions,
): Promise<PlannedSide> {
  const { cases } = dataset;
  const answers = cases * spec.trials;
  const { remote } = answersOf(reading.project, spec.model);
  const found =
    reuses === null
      ? await countAnswers(reading, spec, dataset.digest, noCache === true)
      : { stored: answers, recorded: 0 };
  const asked = {
    calls: answers - found.stored - found.recorded,
    judgeCalls: reuses === null ? answers * judgesIn(reading.project, spec) : 0,
    judged: answers,
    remote,
  };
  const { suite, targetRef, model } = { ...spec, suite: spec.suite.name };
  const basis = basisOf(newestComplete(reading.store, { suite, targetRef, model }));
  const costUsd = costOf(asked, basis);
  return {
    ...{ side, ref, digest: spec.target?.digest ?? null, model, remote, reuses },
    ...{ cases, trials: spec.trials, answers, ...found },
    ...{ calls: asked.calls, judgeCalls: asked.judgeCalls, costUsd, basis },
    maxCost: capOf(maxCostUsd, asked, costUsd),
  };
}

/** Scorers that ask a model which costs money about each answer. */
function judgesIn(project: Project, { suite }: RunSpec): number {
  return suite.scorers.filter((scorer) => {
    const { model, provider } = scorer as { model?: string; provider?: string };
    const pin = model ?? provider;
    return pin !== undefined && answersOf(project, pin).remote;
  }).length;
}
