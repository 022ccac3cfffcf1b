import type { Budget } from "./stopping.ts";

export interface Schedule<T> {
  source: Iterator<T>;
  concurrency: number;
  /** No new item starts once it is aborted; what is under way is awaited. */
  stop: AbortSignal;
  budget: Budget | undefined;
  work: (item: T) => Promise<void>;
}

/**
 * Runs work over a source with at most `concurrency` items under way; the source is read only as places become free, so
 * it may be larger than memory. Ends when the source is dry, when it is stopped, or when the money is gone. The first
 * error of `work` stops everything and is thrown once what is under way has ended.
 */
export async function runSchedule<T>(schedule: Schedule<T>): Promise<void> {
  const state: State = { over: false, failure: undefined, waiting: [] };
  await Promise.all(Array.from({ length: Math.max(1, schedule.concurrency) }, () => worker(schedule, state)));
  if (state.failure !== undefined) throw state.failure.error;
}

interface State {
  over: boolean;
  failure: { error: unknown } | undefined;
  /** Workers that wait for money others have reserved. */
  waiting: (() => void)[];
}

async function worker<T>({ source, stop, budget, work }: Schedule<T>, state: State): Promise<void> {
  while (!stop.aborted && !state.over) {
    if (budget !== undefined && !budget.mayStart()) {
      if (budget.exhausted() || budget.unknownPrice()) break;
      await new Promise<void>((resume) => state.waiting.push(resume));
      continue;
    }
    const next = source.next();
    if (next.done === true) state.over = true;
    else {
      budget?.started();
      await work(next.value).catch((error: unknown) => {
        state.failure ??= { error };
        state.over = true;
      });
    }
    wakeAll(state);
  }
  wakeAll(state);
}

function wakeAll(state: State): void {
  for (const resume of state.waiting.splice(0)) resume();
}
