import { AgentopsError } from "../../core/errors.ts";
import type { EvalContext } from "../../evals/run/context.ts";
import { type PlanOptions, planRun } from "../../evals/run/plan.ts";
import { answeringNow } from "../../evals/run/standing.ts";
import { isFresh, resultOf } from "../../evals/result/stored.ts";
import { sameAnswering, sameInputs } from "../../evals/inputs/inputs.ts";
import type { RunResult } from "../../evals/result/schema.ts";
import { type RunOptions, runSuite } from "../../evals/run-suite.ts";
import { completeRunsOf, findRun, isRunName, type RunRow, specOf } from "../../evals/run/runs.store.ts";
import { SCORING, scoringOf } from "../../scorers/scoring.ts";
import type { LoadedSuite } from "../../evals/dataset/suite.ts";
import { maxErrorRateOf, tooManyErrors, unfinished } from "../../evals/result/trial-errors.ts";

export interface ControlRun {
  run: RunRow;
  /** It was in the store already. */
  reused: boolean;
  /** Why it ended before its trials did: the money was gone. */
  stopped: string | null;
  /** It ended before its first score. */
  nothingScored: boolean;
}

/**
 * The control's run for a suite: the run that was named, or a stored one of the same content, suite, model, trials and, where
 * `like` is given, the candidate's cases and files; else it is run now. Throws what running throws, PROVIDER_FAILED or TRIAL_ERRORS when it left too
 * little to compare with, and USAGE for a named run that cannot be this suite's control.
 */
export async function controlRun(
  context: EvalContext,
  suite: LoadedSuite,
  control: string,
  options: RunOptions,
  like?: RunRow,
): Promise<ControlRun> {
  if (isRunName(control)) return reused(await namedRun(context, suite, control));
  // What a control would fall back to is compared with nothing.
  const planned: RunOptions = { ...options, target: control, watch: undefined, fallback: false, ...asControl(options) };
  const stored = await storedRun(context, suite, planned, like);
  return stored === undefined ? freshRun(context, suite, planned) : reused(stored);
}

function reused(run: RunRow): ControlRun {
  return { run, reused: true, stopped: null, nothingScored: false };
}

/** Progress is shown under a name of its own. */
function asControl({ onProgress }: RunOptions): Pick<RunOptions, "onProgress"> {
  if (onProgress === undefined) return {};
  return {
    onProgress: (run, progress) => {
      onProgress({ ...run, suite: `${run.suite} (control)` }, progress);
    },
  };
}

async function freshRun(context: EvalContext, suite: LoadedSuite, options: RunOptions): Promise<ControlRun> {
  const { result, stopped } = await runSuite(context, suite, options);
  if (stopped?.kind === "failed") {
    throw unfinished(result, `${suite.spec.name}: the control's run did not finish: ${stopped.message}`);
  }
  refuseErrors(context, result);
  const run = await findRun(context.store, result.id);
  return { run, reused: false, stopped: stopped?.message ?? null, nothingScored: result.scored === 0 };
}

async function namedRun(context: EvalContext, suite: LoadedSuite, name: string): Promise<RunRow> {
  const run = await findRun(context.store, name);
  if (run.suite !== suite.spec.name) {
    throw new AgentopsError(
      "USAGE",
      `run ${run.id} is of suite ${run.suite}, so it is no control for ${suite.spec.name}`,
      {
        hint: `agentops runs lists the runs; agentops eval ${run.suite} --control ${name} runs that suite alone`,
      },
    );
  }
  if (scoringOf(specOf(run)) !== SCORING) {
    throw new AgentopsError("USAGE", `run ${run.id} was scored by another release, whose scorers judge otherwise`, {
      hint: `run it again, answers are taken from the store: agentops eval ${run.suite}${again(run)}`,
    });
  }
  const result = resultOf(run);
  if (run.status !== "complete" || result === null) {
    throw new AgentopsError("USAGE", `run ${run.id} is ${run.status}, and a control must be complete`, {
      hint: `agentops eval --resume ${run.id}`,
    });
  }
  refuseErrors(context, result);
  return run;
}

function again({ targetRef, targetVersion }: RunRow): string {
  return targetVersion === null ? "" : ` --target ${targetRef}@${targetVersion}`;
}

function refuseErrors({ project }: EvalContext, result: RunResult): void {
  const lost = tooManyErrors(result, maxErrorRateOf(project), "of the control ");
  if (lost !== undefined) throw lost;
}

/** A stored run that would come out the same; one with errors would not, because errors are tried again. */
export async function storedRun(
  context: Pick<EvalContext, "project" | "store">,
  suite: LoadedSuite,
  options: Pick<RunOptions, "noCache" | keyof PlanOptions>,
  like: Made | undefined,
): Promise<RunRow | undefined> {
  const spec = await planRun(context.project, suite, options);
  if (spec.outputs !== null) {
    throw new AgentopsError(
      "USAGE",
      `${suite.file}: recorded outputs are scored, so a ref as control would change nothing`,
      { hint: "name the stored run of the other outputs: --control RUN" },
    );
  }
  if (spec.target === null || options.noCache === true) return undefined;
  const runs = await completeRunsOf(context.store, spec.target.digest);
  const answering = await answeringNow(context.project, spec);
  const alike = runs.filter(
    (run) =>
      sameAnswering(specOf(run).inputs, answering) &&
      run.suiteDigest === suite.digest &&
      run.model === spec.model &&
      run.trials === spec.trials &&
      scoringOf(specOf(run)) === SCORING &&
      (like === undefined || isLike(run, like)) &&
      resultOf(run)?.errors === 0,
  );
  return alike.find(isFresh) ?? alike[0];
}

/** What a run was scored over, and by. */
type Made = Pick<RunRow, "dataset" | "spec">;

/** Scored over the same cases by the same files: scripts and what they read as well. */
export function isLike(run: Made, other: Made): boolean {
  return run.dataset === other.dataset && sameInputs(specOf(run).inputs, specOf(other).inputs);
}
