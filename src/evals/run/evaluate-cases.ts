import type { EvalCase, Scorer } from "../../scorers/scorer.ts";
import type { Answering } from "./answering.ts";
import type { EvalContext } from "./context.ts";
import type { requestMaker } from "./request.ts";
import type { RunRow } from "./runs.store.ts";
import { runSchedule } from "./schedule.ts";
import type { Budget } from "./stopping.ts";
import { runTrial, type TrialContext } from "./trial.ts";
import { trialWriter } from "./trial-writer.store.ts";
import { answerFinder, pendingTrials, pendingTrialsIn, type Trial } from "./trials.store.ts";

/** What answers and scores a case; it needs no checkout. */
export interface CaseWork {
  answering: Answering;
  scorers: Scorer[];
  request: ReturnType<typeof requestMaker>;
  options: { concurrency?: number | undefined; noCache?: boolean };
}

/** Which cases of a run's dataset, and what ends them early. */
export interface Cases {
  /** The first, by its number. */
  from: number;
  /** The one after the last. */
  to: number;
  /** Other numbers of cases, in an order of their own. */
  order?: Iterable<number> | undefined;
  /** Drops what waits or is under way; it stays to be done. */
  halt: AbortSignal;
  budget?: Budget | undefined;
  /** Told of each trial as it ends; the next one waits for what it promises. */
  ended: (trial: Trial, evalCase: EvalCase, stop: AbortSignal) => Promise<void> | undefined;
}

/**
 * Trials under way at once. The client itself bounds its calls, so twice as many trials keep every call's place taken
 * while answers are scored. What is answered on this machine has nothing to wait for: larger batches.
 */
function placesFor({ client }: Answering, concurrency: number): number {
  return client.remote ? 2 * concurrency : Math.max(concurrency, 64);
}

/**
 * The unit of an eval: reads which trials of these cases are stored without an error, answers and scores the others, and writes each under its run,
 * case and trial. So it may be done again, by anybody, and in parts. Returns early where `halt` aborts; throws what the run's own signal is aborted
 * with only after all that ended is on disk, and STORE_FAILED.
 */
export async function evaluateCases(context: EvalContext, run: RunRow, work: CaseWork, cases: Cases): Promise<void> {
  const { store, signal, project } = context;
  const { halt, budget, ended } = cases;
  const stop = AbortSignal.any([signal, halt]);
  const writer = trialWriter(store);
  const trialContext = trialContextOf(context, run, work);
  try {
    await runSchedule({
      source: cases.order === undefined ? pendingTrials(store, run, cases) : pendingTrialsIn(cases.order, store, run),
      concurrency: placesFor(work.answering, work.options.concurrency ?? project.config.limits?.concurrency ?? 8),
      stop,
      budget,
      work: async ({ seq, evalCase, trial }) => {
        const done = await runTrial(trialContext, seq, evalCase, trial, stop).catch((error: unknown) => {
          // A hopeless error ended the run: what was still waiting or under way is dropped, and stays to be done.
          if (halt.aborted && !signal.aborted) return undefined;
          throw error;
        });
        if (done === undefined) return;
        writer.put(done);
        const more = ended(done, evalCase, stop);
        if (more !== undefined) await more;
      },
    });
  } finally {
    writer.flush();
  }
}

/** What each trial of a run is made of. */
export function trialContextOf(
  context: EvalContext,
  run: RunRow,
  { answering, scorers, request, options }: CaseWork,
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
