import { readRunColumns } from "../../comparison/pairs/run-columns.ts";
import type { EvalContext } from "../../evals/run/context.ts";
import { type RunOptions, type RunOutcome, runSuite } from "../../evals/run-suite.ts";
import { findRun, isRunName, type RunRow, specOf, updateRun } from "../../evals/run/runs.store.ts";
import type { LoadedSuite } from "../../evals/dataset/suite.ts";
import { type ComparedRuns, compareRuns } from "../../comparison/compare.ts";
import type { Note } from "../../comparison/found.ts";
import { maxErrorRateOf, tooManyErrors } from "../../evals/result/trial-errors.ts";
import { type ControlRun, controlRun, isLike } from "./control-run.ts";
import { createEarlyStop, type EarlyStop } from "../early-stop/early-stop.ts";

/** A candidate's run with what its control says about it. */
export interface Against {
  outcome: RunOutcome;
  /** Null when a run failed or hardly began: a comparison with what is left would say nothing. */
  compared: ComparedRuns | null;
  earlyStop: ReturnType<EarlyStop["evidence"]> | null;
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
  await updateRun(store, after.id, { spec: JSON.stringify({ ...specOf(after), control: before.run.id }) });
  const compared = compareRuns(store, before.run, after, maxErrorRateOf(project));
  const notes = [...notesOn(before, watcher !== undefined, after), ...compared.comparison.notes];
  const comparison = { ...compared.comparison, notes };
  return { outcome, compared: { ...compared, comparison }, earlyStop: evidence };
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
