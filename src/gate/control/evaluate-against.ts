import { readRunColumns } from "../../comparison/pairs/run-columns.ts";
import type { EvalContext } from "../../evals/run/context.ts";
import { type RunOptions, type RunOutcome, runSuite } from "../../evals/run-suite.ts";
import { isFresh, resultOf } from "../../evals/result/stored.ts";
import type { RunSpec } from "../../evals/run/run-spec.ts";
import { completeRunsOf, findRun, isRunName, type RunRow, specOf, updateRun } from "../../evals/run/runs.store.ts";
import type { LoadedSuite } from "../../evals/dataset/suite.ts";
import { type ComparedRuns, compareRuns } from "../../comparison/compare.ts";
import type { Note } from "../../comparison/found.ts";
import type { Accepted } from "../evaluation.schema.ts";
import { maxErrorRateOf, tooManyErrors } from "../../evals/result/trial-errors.ts";
import { type ControlRun, controlRun, isLike } from "./control-run.ts";
import { createEarlyStop, type EarlyStop } from "../early-stop/early-stop.ts";

/** A candidate's run with what its control says about it. */
export interface Against {
  outcome: RunOutcome;
  /** Null when a run failed or hardly began: a comparison with what is left would say nothing. */
  compared: ComparedRuns | null;
  earlyStop: ReturnType<EarlyStop["evidence"]> | null;
  /** The trade that somebody took when these two were judged before. */
  accepted?: Accepted | undefined;
}

/**
 * Runs a suite on control and candidate, over the same cases, and compares them. A stored run of the control is reused.
 * @param control a ref, or a run
 */
export async function evaluateAgainst(
  context: EvalContext,
  suite: LoadedSuite,
  control: string,
  { earlyStop, ...options }: RunOptions & { earlyStop?: boolean },
): Promise<Against> {
  const { store, project } = context;
  let before = await controlRun(context, suite, control, options);
  const watcher = earlyStop === true ? createEarlyStop(readRunColumns(store, before.run)) : undefined;
  const candidate = await runSuite(context, suite, { ...options, watch: watcher?.watch });
  const evidence = watcher?.evidence() ?? null;
  const failed = candidate.stopped?.kind === "failed" || tooManyErrors(candidate.result, maxErrorRateOf(project));
  if (failed) return { outcome: candidate, compared: null, earlyStop: evidence };
  const after = await findRun(store, candidate.result.id);
  if (before.reused && !isRunName(control) && !isLike(before.run, after))
    before = await controlRun(context, suite, control, options, after);
  const outcome = { ...candidate, stopped: candidate.stopped ?? stopOf(before) };
  if (candidate.result.scored === 0 || before.nothingScored) return { outcome, compared: null, earlyStop: evidence };
  const spec = await specAgainst(context, after, before.run);
  const judged = { ...after, spec: JSON.stringify(spec) };
  await updateRun(store, after.id, { spec: judged.spec });
  const compared = compareRuns(store, before.run, judged, maxErrorRateOf(project));
  const notes = [...notesOn(before, watcher !== undefined, after), ...compared.comparison.notes];
  const comparison = { ...compared.comparison, notes };
  return { outcome, compared: { ...compared, comparison }, earlyStop: evidence, accepted: acceptedOf(spec) };
}

/**
 * What a run is judged by, with what is known of the same content already: asked again, answered from the store, it keeps the latencies
 * and costs of the run that asked, and the trade that somebody took; else asking twice would get round a bound, and once more round a person.
 */
async function specAgainst({ store }: EvalContext, run: RunRow, control: RunRow): Promise<RunSpec> {
  const spec: RunSpec = { ...specOf(run), control: control.id };
  if (isFresh(run) || run.targetDigest === null) return spec;
  const earlier = (await completeRunsOf(store, run.targetDigest)).filter(
    (other) => other.id !== run.id && isSame(other, run),
  );
  const asked = earlier.find((other) => isFresh(other) && resultOf(other)?.errors === 0);
  const taken = earlier.map(specOf).find((other) => acceptedOf(other) !== undefined && other.control === control.id);
  return {
    ...spec,
    ...(asked !== undefined && { measuredBy: asked.id }),
    ...(taken?.accepted !== undefined && { accepted: taken.accepted }),
  };
}

function isSame(a: RunRow, b: RunRow): boolean {
  return a.dataset === b.dataset && a.model === b.model && a.trials === b.trials;
}

/** A trade is taken against one control; against another it is another one. */
export function acceptedOf({ accepted, control }: Pick<RunSpec, "accepted" | "control">): Accepted | undefined {
  if (accepted === undefined || accepted.control !== (control ?? null)) return undefined;
  const { by, reason, at } = accepted;
  return { by, reason, at };
}

/** A candidate cannot be judged by half a control. */
function stopOf({ stopped }: ControlRun): RunOutcome["stopped"] {
  return stopped === null ? undefined : { kind: "budget", message: `the control's run: ${stopped}` };
}

function notesOn({ run, reused }: ControlRun, earlyStop: boolean, after: RunRow): Note[] {
  const watched = !earlyStop || (run.dataset === after.dataset && run.trials === after.trials);
  return [
    ...(reused ? [{ code: "control-reused", from: run.createdAt } as const] : []),
    ...(watched ? [] : [{ code: "not-watched" } as const]),
  ];
}
