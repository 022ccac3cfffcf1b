import { AgentopsError } from "../../core/errors.ts";
import type { EvalContext } from "../../evals/eval-context.ts";
import { planRun } from "../../evals/plan.ts";
import { type RunOptions, runSuite } from "../../evals/run-suite.ts";
import { completeRunsOf, findRun, isRunName, type RunRow } from "../../evals/runs.store.ts";
import type { LoadedSuite } from "../../evals/suite.ts";

export interface ControlRun {
  run: RunRow;
  /** It was in the store already. */
  reused: boolean;
}

/**
 * The control's run for a suite: the run that was named, or a stored one of the same content, suite, model, trials and, where
 * `dataset` is given, cases; else it is run now. Throws what running throws, and PROVIDER_FAILED when it cannot be finished.
 */
export async function controlRun(
  context: EvalContext,
  suite: LoadedSuite,
  control: string,
  options: RunOptions,
  dataset?: string,
): Promise<ControlRun> {
  const { store } = context;
  if (isRunName(control)) return { run: await findRun(store, control), reused: true };
  const planned: RunOptions = { ...options, target: control, watch: undefined };
  const stored = await storedRun(context, suite, planned, dataset);
  if (stored !== undefined) return { run: stored, reused: true };
  const { result, stopped } = await runSuite(context, suite, planned);
  if (stopped !== undefined) {
    throw new AgentopsError(
      "PROVIDER_FAILED",
      `${suite.spec.name}: the control's run did not finish: ${stopped.message}`,
      {
        hint: `agentops eval --resume ${result.id}`,
      },
    );
  }
  return { run: await findRun(store, result.id), reused: false };
}

async function storedRun(
  context: EvalContext,
  suite: LoadedSuite,
  options: RunOptions,
  dataset: string | undefined,
): Promise<RunRow | undefined> {
  const spec = await planRun(context.project, suite, options);
  if (spec.outputs !== null) {
    throw new AgentopsError(
      "USAGE",
      `${suite.file}: recorded outputs are scored, so a ref as control would change nothing`,
      {
        hint: "name the stored run of the other outputs: --control RUN",
      },
    );
  }
  if (spec.target === null || options.noCache === true) return undefined;
  const runs = await completeRunsOf(context.store, spec.target.digest);
  return runs.find(
    (run) =>
      run.suiteDigest === suite.digest &&
      run.model === spec.model &&
      run.trials === spec.trials &&
      (dataset === undefined || run.dataset === dataset),
  );
}
