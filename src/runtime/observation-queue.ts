import type { Clock } from "../core/clock.ts";
import type { Observation } from "../observations/schema.ts";
import { backlog, type BatchWriter, PAUSE_MS } from "./backlog.ts";
import { FLUSH_EVERY_MS, type ObservationStats, type OnTrouble } from "./backlog-account.ts";
import type { Written } from "./thread/protocol.ts";

const NO_ANSWER = "the store did not take them in time";
/** So many that wait are not left to the timer. */
const ENOUGH = 500;

export interface ObservationQueue {
  /** Queues it; never throws, never waits. */
  add(observation: Observation): void;
  /** Counts what is no observation. */
  refuse(): void;
  /** What became of the batch that was handed over. */
  written(answer: Written): void;
  /** Writes all that is queued, waiting up to 2 s for each batch; false when something is left. */
  flush(): boolean;
  /** The same for the last time: what is left is lost. */
  flushForGood: () => void;
  stats(): ObservationStats;
  /** Ends it: writes what is queued, closes the store, and drops what comes now. */
  close(): void;
}

interface QueueOptions {
  writer: BatchWriter;
  /** Beyond it the newest are dropped. */
  limit: number;
  clock: Clock;
  onTrouble: OnTrouble;
}

/** Observations on their way to the store, in batches, in the order they came. */
export function observationQueue({ writer, limit, clock, onTrouble }: QueueOptions): ObservationQueue {
  const waiting = backlog({ writer, clock, onTrouble });
  let timer: ReturnType<typeof setInterval> | undefined;
  let soon: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const drain = () => {
    soon = undefined;
    if (waiting.size() > 0 && !waiting.rests()) waiting.send();
  };
  const flushForGood = () => {
    waiting.writeAll();
    const { dropped, lastProblem } = waiting.stats;
    const lost = waiting.size() + dropped;
    if (lost > 0) onTrouble("lost", lastProblem ?? NO_ANSWER, lost);
  };
  return {
    add(observation) {
      if (stopped || waiting.size() >= limit) {
        waiting.drop(1, stopped ? "it was closed" : waiting.full());
        return;
      }
      waiting.push(observation);
      timer ??= setInterval(drain, FLUSH_EVERY_MS).unref();
      // A caller that never waits leaves no turn to a timer.
      if (waiting.size() % ENOUGH === 0) waiting.goOn();
    },
    refuse() {
      waiting.stats.invalid += 1;
    },
    written(answer) {
      waiting.written(answer);
      if (answer.problem === null && waiting.size() >= ENOUGH) soon ??= setTimeout(drain, PAUSE_MS).unref();
    },
    flush() {
      const done = waiting.writeAll();
      if (!done) onTrouble("late", waiting.stats.lastProblem ?? NO_ANSWER, waiting.size());
      return done;
    },
    flushForGood,
    stats: () => ({ ...waiting.stats, queued: waiting.size() }),
    close() {
      if (!stopped) flushForGood();
      stopped = true;
      clearInterval(timer);
      clearTimeout(soon);
      [timer, soon] = [undefined, undefined];
      writer.close();
    },
  };
}
