import type { Budget } from "./stopping.ts";

export interface Schedule<T> {
  source: Iterator<T>;
  concurrency: number;
  /** No new item starts once it is aborted; what is under way is awaited. */
  stop: AbortSignal;
  budget: Budget | undefined;
  work(item: T): Promise<void>;
}

/**
 * Runs work over a source with at most `concurrency` items under way; the source is read only as places become free, so
 * it may be larger than memory. Returns true when the source ran dry, false when it was stopped before. The first error
 * of `work` stops everything and is thrown once what is under way has ended.
 */
export async function runSchedule<T>({ source, concurrency, stop, budget, work }: Schedule<T>): Promise<boolean> {
  let dry = false;
  let failed = false;
  let failure: unknown;
  let wake: (() => void)[] = [];
  const wakeAll = () => {
    const waiting = wake;
    wake = [];
    for (const resume of waiting) resume();
  };
  const worker = async () => {
    while (!stop.aborted && !failed && !dry) {
      if (budget !== undefined && !budget.mayStart()) {
        if (budget.exhausted() || budget.unknownPrice()) return;
        await new Promise<void>((resume) => wake.push(resume));
        continue;
      }
      const next = source.next();
      if (next.done === true) {
        dry = true;
        break;
      }
      budget?.started();
      try {
        await work(next.value);
      } catch (error) {
        if (!failed) failure = error;
        failed = true;
      }
      wakeAll();
    }
    wakeAll();
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, worker));
  if (failed) throw failure;
  return dry;
}
