import type { EvalContext } from "./context.ts";
import { type Cases, type CaseWork, evaluateCases, trialContextOf } from "./evaluate-cases.ts";
import { createFallbacks, type Fallbacks, type FellBack } from "./fallback.ts";
import type { RunSpec } from "./run-spec.ts";
import { type RunRow, caseCount } from "./runs.store.ts";
import { spentOn } from "./spent.ts";
import { doneOf, type Trial } from "./trials.store.ts";
import { storeWatch } from "./lost.ts";
import { type Budget, createBudget, type Progress, stopAfterError, type StopReason } from "./stopping.ts";

export interface TrialsOutcome {
  stopped: StopReason | undefined;
}

/** Looks on while a run is under way. */
export interface Watch {
  /** The numbers of the cases in the order they are to be run; undefined = the dataset's. */
  order(run: RunRow): Iterable<number> | undefined;
  /** Sees each trial as it ends; a message ends the run, because what it was to show is shown. */
  see(run: RunRow, trial: Trial): string | undefined;
}

interface Work extends CaseWork {
  spec: RunSpec;
  options: CaseWork["options"] & {
    fallback?: boolean;
    maxCostUsd?: number | undefined;
    watch?: Watch | undefined;
    onProgress?: (run: { id: string; suite: string }, progress: Progress) => void;
  };
}

/** Runs every pending trial of a run under its limits. */
export async function runTrials(context: EvalContext, run: RunRow, work: Work): Promise<TrialsOutcome> {
  const { store, signal, clock } = context;
  const { answering, options } = work;
  const { remote } = answering.client;
  const halt = new AbortController();
  const watchStore = storeWatch(store, run.id, () => clock.monotonicMs());
  const progress = startingProgress(context, run);
  const budget = options.maxCostUsd === undefined || !remote ? undefined : createBudget(options.maxCostUsd);
  const fallbacks = fallbacksOf(context, run, work, budget);
  let stopped: StopReason | undefined;
  const account = (trial: Trial, rescue?: FellBack) => {
    progress.spentUsd += rescue?.spentUsd ?? 0;
    count(progress, trial);
    budget?.finished(spentOn(trial), trial.fromCache);
    if (stopped === undefined) {
      const hopeless = reasonToStop(trial, progress, remote, rescue?.answered === true);
      stopped = hopeless ?? decidedBy(options.watch?.see(run, trial));
      if (stopped !== undefined) halt.abort();
    }
    options.onProgress?.(run, progress);
  };
  const ended: Cases["ended"] = (trial, evalCase, stop) => {
    watchStore();
    if (trial.error?.outage !== true) {
      account(trial);
      return undefined;
    }
    const asked = fallbacks.ask(trial, evalCase, stop).catch((error: unknown) => {
      // The run was ended meanwhile: who else could answer is not asked any more.
      if (!halt.signal.aborted || signal.aborted) throw error;
      return undefined;
    });
    return asked.then((rescue) => {
      account(trial, rescue);
    });
  };
  const cases = { from: 0, to: caseCount(store, run.dataset), order: options.watch?.order(run) };
  await evaluateCases(context, run, work, { ...cases, halt: halt.signal, budget, ended });
  if (signal.aborted) throw signal.reason;
  if (stopped === undefined && progress.done < progress.planned)
    stopped = outOfMoney(budget, options.maxCostUsd ?? 0, fallbacks.unpriced() ?? run.model, progress);
  return { stopped };
}

function reasonToStop({ error }: Trial, progress: Progress, remote: boolean, rescued: boolean): StopReason | undefined {
  return error === null ? undefined : stopAfterError(error, progress, remote, rescued);
}

function decidedBy(message: string | undefined): StopReason | undefined {
  return message === undefined ? undefined : { kind: "decided", message };
}

function fallbacksOf(
  context: EvalContext,
  run: RunRow,
  { spec, ...work }: Work,
  budget: Budget | undefined,
): Fallbacks {
  const { store, warn } = context;
  const { answering, options } = work;
  return createFallbacks({
    ...{ store, answering, budget, trials: trialContextOf(context, run, work) },
    models: options.fallback === true ? (spec.fallbacks ?? []) : [],
    noCache: options.noCache === true,
    broke: () => {
      warn(`--max-cost ${options.maxCostUsd} USD leaves nothing for fallback models: they are not asked`);
    },
  });
}

function outOfMoney(budget: Budget | undefined, maxUsd: number, model: string, progress: Progress): StopReason {
  const left = `${progress.planned - progress.done} of ${progress.planned} trials are left`;
  if (budget?.unknownPrice() === true) {
    return {
      kind: "budget",
      message: `the price of ${model} is unknown, so --max-cost cannot hold; ${left}; set pricing: in agentops.config.yaml`,
    };
  }
  return {
    kind: "budget",
    message: `stopped at --max-cost ${maxUsd} USD, ${progress.spentUsd.toFixed(4)} USD spent; ${left}`,
  };
}

function startingProgress({ store }: EvalContext, run: RunRow): Progress {
  return { planned: caseCount(store, run.dataset) * run.trials, ...doneOf(store, run.id), errors: 0, spentUsd: 0 };
}

function count(progress: Progress, { error, passed, fromCache, costUsd, judgeCostUsd, retryCostUsd }: Trial): void {
  progress.done += 1;
  progress.errors += Number(error !== null);
  progress.succeeded += Number(passed === true);
  if (!fromCache) progress.spentUsd += (costUsd ?? 0) + (judgeCostUsd ?? 0) + retryCostUsd;
}
