import { AgentopsError } from "../../core/errors.ts";
import { newId } from "../../core/ids.ts";
import { parseRef, type Ref } from "../../core/refs.ts";
import { type LoadedSuite, loadSuites } from "../../evals/dataset/suite.ts";
import { maxErrorRateOf, tooManyErrors, unfinished } from "../../evals/result/trial-errors.ts";
import type { EvalContext } from "../../evals/run/context.ts";
import type { FactorialCell } from "../../evals/run/run-spec.ts";
import { factorialRuns, findRun, type RunRow, specOf } from "../../evals/run/runs.store.ts";
import { resultOf } from "../../evals/result/stored.ts";
import { resumeRun, type RunOptions, type RunOutcome, runSuite } from "../../evals/run-suite.ts";
import { measureCells, type Measurement } from "./measure.ts";
import { type FactorialPlan, planFactorial, versionOf } from "./plan.ts";
import { changedParts } from "../../registry/parts.ts";
import type { Experiment, FactorialDocument, Level } from "./schema.ts";

export interface FactorialOptions extends Omit<RunOptions, "model" | "outputs" | "watch" | "factorial"> {
  /** Suite names or files; none: those whose target is the control's artifact. */
  suites: readonly string[];
  /** The version that is compared with. */
  control: string;
}

type ExperimentFound = Omit<Experiment, "notes"> & Pick<Measurement, "notes">;
export type FactorialFound = Omit<FactorialDocument, "experiments"> & { experiments: ExperimentFound[] };

/** The four cells, in the order of every list of four. */
const CELLS: readonly Pick<FactorialCell, "prompt" | "model">[] = [
  { prompt: "control", model: "control" },
  { prompt: "candidate", model: "control" },
  { prompt: "control", model: "candidate" },
  { prompt: "candidate", model: "candidate" },
];

/**
 * Tells what a prompt does from what its model does: both versions answer the same cases with both models, in four runs that are stored
 * as any. Interrupted it throws the signal's reason, and `--resume` of any of its runs goes on. Throws what planning and running throw,
 * PROVIDER_FAILED or TRIAL_ERRORS for a cell that is not there to compare.
 */
export async function runFactorial(
  context: EvalContext,
  { suites, control, ...options }: FactorialOptions,
): Promise<FactorialFound> {
  const experiments: ExperimentFound[] = [];
  for (const suite of await suitesFor(context, suites, control, options)) {
    const plan = await planFactorial(context.project, suite, { control, target: options.target });
    experiments.push(await fillCells(context, plan, newId(), options));
  }
  return documentOf(experiments);
}

/** Goes on with a 2 × 2 where it ended; what was answered is not asked again. Throws USAGE where versions or suite are not what they were. */
export async function resumeFactorial(
  context: EvalContext,
  cell: FactorialCell,
  run: RunRow,
  options: RunOptions,
): Promise<FactorialFound> {
  const { project } = context;
  const { suiteFile, suiteDigest } = specOf(run);
  const [suite] = await loadSuites(project, [suiteFile], project.root);
  const again = `agentops eval ${run.suite} --factorial --control ${cell.versions.control.ref} --target ${cell.versions.candidate.ref}`;
  const changedSince = (what: string) =>
    new AgentopsError("USAGE", `${what} changed since the first cell was filled`, { hint: again });
  if (suite?.digest !== suiteDigest) throw changedSince(suiteFile);
  const versions = {
    control: await versionOf(project, cell.versions.control.ref),
    candidate: await versionOf(project, cell.versions.candidate.ref),
  };
  for (const side of ["control", "candidate"] as const) {
    if (versions[side].artifact.digest !== cell.versions[side].digest) throw changedSince(cell.versions[side].ref);
  }
  const [before, after] = [versions.control, versions.candidate].map(({ artifact, model }) => ({ ...artifact, model }));
  const changed = before === undefined || after === undefined ? [] : changedParts(before, after);
  const trials = run.trials;
  return documentOf([
    await fillCells(context, { suite, versions, changed }, cell.id, { ...options, trials, selection: cell.selection }),
  ]);
}

/** The suites that were named; else those of the control's artifact. */
async function suitesFor(
  { project }: EvalContext,
  names: readonly string[],
  control: string,
  { cwd }: Pick<RunOptions, "cwd">,
): Promise<LoadedSuite[]> {
  const suites = await loadSuites(project, names, cwd);
  if (names.length > 0) return suites;
  const wanted = parseRef(control);
  const isOwn = ({ kind, name }: Ref) => name === wanted.name && (wanted.kind === undefined || kind === undefined || kind === wanted.kind); // prettier-ignore
  const own = suites.filter(({ spec }) => spec.target !== undefined && isOwn(parseRef(spec.target)));
  if (own.length > 0) return own;
  throw new AgentopsError("USAGE", `no suite has ${control.split("@")[0] ?? control} as its target`, {
    hint: `agentops eval SUITE --factorial --control ${control}`,
  });
}

async function fillCells(
  context: EvalContext,
  plan: FactorialPlan,
  id: string,
  options: RunOptions,
): Promise<ExperimentFound> {
  const known = factorialRuns(context.store, id);
  const filled: RunRow[] = [];
  let spent = 0;
  let stopped: string | null = null;
  for (const cell of CELLS) {
    const left = options.maxCostUsd === undefined ? undefined : Math.max(0, options.maxCostUsd - spent);
    const inCell = {
      ...options,
      maxCostUsd: left,
      onProgress: progressIn(plan, cell, options, (usd) => (spent += usd)),
    };
    const outcome = await fillCell(context, plan, { id, ...cell }, known, inCell);
    const run =
      outcome === null ? known.find((row) => isCell(row, cell)) : await findRun(context.store, outcome.result.id);
    if (run === undefined) break;
    refuseEmpty(context, run, outcome);
    filled.push(run);
    stopped = outcome?.stopped === undefined ? null : `${outcome.stopped.message}; agentops eval --resume ${run.id}`;
    if (stopped !== null) break;
  }
  return experimentOf(context, plan, { id, filled, stopped });
}

function isCell(run: RunRow, { prompt, model }: Pick<FactorialCell, "prompt" | "model">): boolean {
  const { factorial } = specOf(run);
  return factorial?.prompt === prompt && factorial.model === model;
}

/** Null for a cell that is filled already. */
async function fillCell(
  context: EvalContext,
  { suite, versions }: FactorialPlan,
  { id, prompt, model }: Pick<FactorialCell, "id" | "prompt" | "model">,
  known: readonly RunRow[],
  options: RunOptions,
): Promise<RunOutcome | null> {
  const run = known.find((row) => isCell(row, { prompt, model }));
  if (run?.status === "complete" && resultOf(run)?.errors === 0) return null;
  if (run !== undefined) return resumeRun(context, run.id, options);
  const told = ({ ref, artifact, model: pin }: FactorialPlan["versions"][Level]) => ({
    ref,
    digest: artifact.digest,
    model: pin,
  });
  const factorial = {
    id,
    selection: options.selection,
    prompt,
    model,
    versions: { control: told(versions.control), candidate: told(versions.candidate) },
  };
  return runSuite(context, suite, {
    ...options,
    target: versions[prompt].ref,
    model: versions[model].model,
    factorial,
    // A cell is one version with one model.
    fallback: false,
  });
}

/** Progress of a cell under a name of its own; what it spent counts against the money for all four. */
function progressIn(
  { suite }: FactorialPlan,
  { prompt, model }: Pick<FactorialCell, "prompt" | "model">,
  { onProgress }: RunOptions,
  spend: (usd: number) => void,
): NonNullable<RunOptions["onProgress"]> {
  let counted = 0;
  return (run, progress) => {
    spend(progress.spentUsd - counted);
    counted = progress.spentUsd;
    onProgress?.({ ...run, suite: `${suite.spec.name} (${prompt} prompt × ${model} model)` }, progress);
  };
}

/** A cell that failed from outside is not there to compare: it is filled first. */
function refuseEmpty({ project }: EvalContext, run: RunRow, outcome: RunOutcome | null): void {
  if (outcome === null) return;
  if (outcome.stopped?.kind === "failed") {
    throw unfinished(outcome.result, `${run.suite}: a cell did not finish: ${outcome.stopped.message}`);
  }
  const { factorial } = specOf(run);
  const lost = tooManyErrors(
    outcome.result,
    maxErrorRateOf(project),
    `of ${factorial?.prompt ?? ""} prompt × ${factorial?.model ?? ""} model `,
  );
  if (lost !== undefined) throw lost;
}

interface Filled {
  id: string;
  filled: readonly RunRow[];
  stopped: string | null;
}

function experimentOf({ store }: EvalContext, plan: FactorialPlan, { id, filled, stopped }: Filled): ExperimentFound {
  const { suite, versions, changed } = plan;
  if (new Set(filled.map((run) => run.dataset)).size > 1) {
    throw new AgentopsError("USAGE", `the cases of ${suite.spec.name} changed while its cells were filled`, {
      hint: `agentops eval ${suite.spec.name} --factorial --control ${versions.control.ref} --target ${versions.candidate.ref}`,
    });
  }
  const whole = filled.length === CELLS.length && stopped === null;
  const measured: Measurement = whole ? measureCells(store, filled) : NOTHING;
  const { verdict, cases, clusters, unscored, metrics, need, notes } = measured;
  return {
    ...{ id, suite: suite.spec.name, verdict },
    ...{ control: sideOf(versions.control), candidate: sideOf(versions.candidate), changed },
    ...{ trials: filled[0]?.trials ?? 0, cases, clusters, unscored, cells: filled.map(cellOf) },
    ...{ metrics, need, stopped, notes },
  };
}

const NOTHING: Measurement = {
  ...{ cases: 0, clusters: 0, unscored: 0, metrics: [], need: null, verdict: "inconclusive", notes: [] },
};

function sideOf({ artifact, model }: FactorialPlan["versions"][Level]): Experiment["control"] {
  return { ref: artifact.address, version: artifact.version, digest: artifact.digest, model };
}

function cellOf(run: RunRow, i: number): Experiment["cells"][number] {
  const { scored = 0, errors = 0 } = resultOf(run) ?? {};
  const { prompt, model } = CELLS[i] as (typeof CELLS)[number];
  return { prompt, model, pin: run.model, run: run.id, scored, errors };
}

function documentOf(experiments: ExperimentFound[]): FactorialFound {
  const decided = experiments.every(({ verdict }) => verdict === "decided");
  return { schema: "agentops.factorial/1", verdict: decided ? "decided" : "inconclusive", experiments };
}
