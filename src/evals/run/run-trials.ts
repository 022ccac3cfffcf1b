import type { EvalContext } from "./context.ts";
import type { Answering } from "./answering.ts";
import type { requestMaker } from "./request.ts";
import type { RunSpec } from "./run-spec.ts";
import { type RunRow, caseCount } from "./runs.store.ts";
import { answerFinder, doneOf, pendingTrials, pendingTrialsIn, type Trial, trialWriter } from "./trials.store.ts";
import { runSchedule } from "./schedule.ts";
import { createFallbacks, type Fallbacks } from "./fallback.ts";
import { spentOn } from "./spent.ts";
import { storeWatch } from "./lost.ts";
import type { Scorer } from "../../scorers/scorer.ts";
import { type Budget, createBudget, type Progress, stopAfterError, type StopReason } from "./stopping.ts";
import { runTrial, type TrialContext } from "./trial.ts";

export interface TrialsOutcome {
  stopped: StopReason | undefined;
}

/** Looks on while a run is under way. */
export interface Watch {
  /** The numbers of the cases in the order they are to be run; undefined = the dataset's. */
  order(run: RunRow): Iterable<number> | undefined;
  /** Sees each trial once it is stored; a message ends the run, because what it was to show is shown. */
  see(run: RunRow, trial: Trial): string | undefined;
}

interface Work {
  answering: Answering;
  scorers: Scorer[];
  spec: RunSpec;
  request: ReturnType<typeof requestMaker>;
  options: {
    concurrency?: number | undefined;
    noCache?: boolean;
    fallback?: boolean;
    maxCostUsd?: number | undefined;
    watch?: Watch | undefined;
    onProgress?: (run: { id: string; suite: string }, progress: Progress) => void;
  };
}

/**
 * Trials under way at once. The client itself bounds its calls, so twice as many trials keep every call's place taken
 * while answers are scored and stored. What is answered on this machine has nothing to wait for: larger batches.
 */
function placesFor({ client }: Answering, concurrency: number): number {
  return client.remote ? 2 * concurrency : Math.max(concurrency, 64);
}

/** Runs every pending trial of a run under its limits and writes each as it ends. */
export async function runTrials(context: EvalContext, run: RunRow, work: Work): Promise<TrialsOutcome> {
  const { store, signal } = context;
  const { answering, options } = work;
  const halt = new AbortController();
  const stop = AbortSignal.any([signal, halt.signal]);
  const write = trialWriter(store);
  const watchStore = storeWatch(store, run.id, () => context.clock.monotonicMs());
  const progress = startingProgress(context, run);
  const trialContext = trialContextOf(context, run, work);
  const budget =
    options.maxCostUsd === undefined || !answering.client.remote ? undefined : createBudget(options.maxCostUsd);
  const fallbacks = fallbacksOf(context, work, trialContext, budget);
  let stopped: StopReason | undefined;
  // A hopeless error ended the run: what was still waiting or under way is dropped, and stays to be done.
  const unlessDropped = (error: unknown): undefined => {
    if (!halt.signal.aborted || signal.aborted) throw error;
  };
  const order = options.watch?.order(run);
  await runSchedule({
    source:
      order === undefined ? pendingTrials(store, run.id, run.dataset, run.trials) : pendingTrialsIn(order, store, run),
    concurrency: placesFor(answering, options.concurrency ?? context.project.config.limits?.concurrency ?? 8),
    stop,
    budget,
    work: async ({ seq, evalCase, trial }) => {
      const ended = await runTrial(trialContext, seq, evalCase, trial, stop).catch(unlessDropped);
      if (ended === undefined) return;
      watchStore();
      await write(ended);
      const outage = ended.error?.outage === true;
      const rescue = outage ? await fallbacks.ask(ended, evalCase, stop).catch(unlessDropped) : undefined;
      progress.spentUsd += rescue?.spentUsd ?? 0;
      count(progress, ended);
      budget?.finished(spentOn(ended), ended.fromCache);
      if (ended.error !== null && stopped === undefined) {
        stopped = stopAfterError(ended.error, progress, answering.client.remote, rescue?.answered === true);
        if (stopped !== undefined) halt.abort();
      }
      const decided = stopped === undefined ? options.watch?.see(run, ended) : undefined;
      if (decided !== undefined) {
        stopped = { kind: "decided", message: decided };
        halt.abort();
      }
      options.onProgress?.(run, progress);
    },
  });
  if (signal.aborted) throw signal.reason;
  if (stopped === undefined && progress.done < progress.planned)
    stopped = outOfMoney(budget, options.maxCostUsd ?? 0, fallbacks.unpriced() ?? run.model, progress);
  return { stopped };
}

function fallbacksOf(
  { store, warn }: EvalContext,
  { answering, spec, options }: Work,
  trials: TrialContext,
  budget: Budget | undefined,
): Fallbacks {
  return createFallbacks({
    ...{ store, answering, budget, trials },
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

function trialContextOf(
  context: EvalContext,
  run: RunRow,
  { answering, scorers, request, options }: Work,
): TrialContext {
  return {
    runId: run.id,
    client: answering.client,
    scorers,
    clock: context.clock,
    redact: context.project.redact,
    request,
    requestKey: answering.requestKey,
    stored: options.noCache === true ? () => undefined : answerFinder(context.store),
  };
}
