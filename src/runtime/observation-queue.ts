import type { Clock } from "../core/clock.ts";
import { whyNot } from "../state/why-not.ts";
import type { Observation } from "../observations/schema.ts";
import type { ObservationWriter } from "./observation-writer.ts";

const FLUSH_EVERY_MS = 200;
/** So many that wait are not left to the timer. */
const ENOUGH = 500;
/** At most so many are written at once while the caller works: some 10 ms of its time. */
const BATCH = 500;
/** And while it waits for them: pages that many units share are written once. */
const FLUSH_BATCH = 5000;
/** While the caller works, another writer is waited for no longer than this. */
const WAIT_MS = 20;
const FLUSH_WAIT_MS = 2000;
const LONGEST_PAUSE_MS = 5000;
/** Somebody else's long transaction is no news; a store that takes nothing for so long is. */
const LATE_MS = 5000;

export interface ObservationStats {
  /** Waiting to be written. */
  queued: number;
  /** In the store, repeats of an id included. */
  recorded: number;
  /** Lost: the queue was full, or the store refused them for good. */
  dropped: number;
  /** Not observations, and never queued. */
  invalid: number;
  /** Times the store could not be written; what was to be written stayed queued. */
  failures: number;
  /** Why, the last time. */
  lastProblem: string | null;
}

/** Called whenever it is so; `late`: nothing could be written for some seconds; `lost`: at the end, so many observations were not. */
export type OnTrouble = (what: "late" | "dropped" | "lost", why: string, count: number) => void;

export interface ObservationQueue {
  /** Queues it; never throws, never waits. */
  add(observation: Observation): void;
  /** Counts what is no observation. */
  refuse(): void;
  /** Writes all that is queued, waiting up to 2 s for another writer; false when something is left. */
  flush(): boolean;
  /** The same for the last time: what is left is lost. */
  flushForGood: () => void;
  stats(): ObservationStats;
  /** Ends it: writes what is queued, closes the store, and drops what comes now. */
  close(): void;
}

interface QueueOptions {
  writer: ObservationWriter;
  /** Beyond it the newest are dropped. */
  limit: number;
  clock: Clock;
  onTrouble: OnTrouble;
}

/** Observations on their way to the store, in batches, in the order they came. */
export function observationQueue({ writer, limit, clock, onTrouble }: QueueOptions): ObservationQueue {
  const waiting = backlog({ writer, clock, onTrouble });
  let timer: ReturnType<typeof setInterval> | undefined;
  let soon: ReturnType<typeof setImmediate> | undefined;
  let stopped = false;

  const drain = () => {
    soon = undefined;
    if (waiting.size() === 0 || waiting.rests()) return;
    if (waiting.write(WAIT_MS, BATCH) && waiting.size() >= ENOUGH) soon = setImmediate(drain);
  };
  const flushForGood = () => {
    waiting.writeAll();
    const { dropped, lastProblem } = waiting.stats;
    const lost = waiting.size() + dropped;
    if (lost > 0) onTrouble("lost", lastProblem ?? "unknown", lost);
  };
  return {
    add(observation) {
      if (stopped || waiting.size() >= limit) {
        waiting.drop(1, stopped ? "it was closed" : waiting.full());
        return;
      }
      waiting.push(observation);
      timer ??= setInterval(drain, FLUSH_EVERY_MS).unref();
      if (waiting.size() >= ENOUGH) soon ??= setImmediate(drain);
    },
    refuse() {
      waiting.stats.invalid += 1;
    },
    flush() {
      const done = waiting.writeAll();
      if (!done) onTrouble("late", waiting.stats.lastProblem ?? "unknown", waiting.size());
      return done;
    },
    flushForGood,
    stats: () => ({ ...waiting.stats, queued: waiting.size() }),
    close() {
      if (!stopped) flushForGood();
      stopped = true;
      clearInterval(timer);
      if (soon !== undefined) clearImmediate(soon);
      [timer, soon] = [undefined, undefined];
      writer.close();
    },
  };
}

/** What waits to be written, and what became of the rest. */
function backlog({ writer, clock, onTrouble }: Omit<QueueOptions, "limit">) {
  let queue: Observation[] = [];
  const pause = backoff(clock);
  const stats = { recorded: 0, dropped: 0, invalid: 0, failures: 0, lastProblem: null as string | null };

  const drop = (n: number, why: string) => {
    stats.dropped += n;
    stats.lastProblem = why;
    onTrouble("dropped", why, n);
  };
  /** One batch; false when it stays queued. */
  const write = (waitMs: number, most: number): boolean => {
    const batch = queue.slice(0, most);
    try {
      const done = recorded(writer, batch, waitMs);
      stats.recorded += done;
      if (done < batch.length) drop(batch.length - done, "the store refuses an observation");
      queue = queue.slice(batch.length);
      pause.over();
      return true;
    } catch (error) {
      stats.failures += 1;
      stats.lastProblem = whyNot(error, waitMs);
      if (pause.after(error, stats.lastProblem)) onTrouble("late", stats.lastProblem, queue.length);
      return false;
    }
  };
  /** All of it, waiting a while for another writer; false when something is left. */
  const writeAll = (): boolean => {
    const until = clock.monotonicMs() + FLUSH_WAIT_MS;
    while (queue.length > 0) {
      const waitMs = Math.ceil(Math.max(0, until - clock.monotonicMs()));
      if (!write(waitMs, FLUSH_BATCH)) break;
    }
    return queue.length === 0;
  };
  return {
    stats,
    drop,
    write,
    writeAll,
    push: (observation: Observation) => void queue.push(observation),
    size: () => queue.length,
    /** A store that could not be written is left alone for a while. */
    rests: () => pause.lasts(),
    full: () => pause.full(),
  };
}

/** How long to leave a store alone that could not be written. */
function backoff(clock: Clock) {
  let until = -Infinity;
  let since: number | undefined;
  let failed = 0;
  let last = "";
  return {
    /** True when it has been failing for long. Another writer is done soon; everything else takes a person, and is asked for less and less often. */
    after(error: unknown, why: string): boolean {
      const now = clock.monotonicMs();
      failed = isLocked(error) ? 1 : failed + 1;
      until = now + Math.min(LONGEST_PAUSE_MS, FLUSH_EVERY_MS * 2 ** (failed - 1));
      since ??= now;
      last = `: ${why}`;
      return now - since >= LATE_MS;
    },
    lasts: () => clock.monotonicMs() < until,
    over() {
      [failed, since, last] = [0, undefined, ""];
    },
    /** Why a queue is full. */
    full: () => `the queue is full${last}`,
  };
}

/** How many are in the store now. One that the store will never take must not hold up those after it: it is found by halving. */
function recorded(writer: ObservationWriter, batch: readonly Observation[], waitMs: number): number {
  try {
    writer.write(batch, waitMs);
    return batch.length;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (batch.length <= 1) return 0;
    const middle = batch.length >> 1;
    return recorded(writer, batch.slice(0, middle), waitMs) + recorded(writer, batch.slice(middle), waitMs);
  }
}

function isLocked(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const source: unknown = cause instanceof Error ? (cause as { code?: unknown }).code : code;
  return typeof source === "string" && /^SQLITE_(BUSY|LOCKED)/.test(source);
}

function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return error instanceof TypeError || (typeof code === "string" && /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(code));
}
