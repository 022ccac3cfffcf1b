import type { Clock } from "../core/clock.ts";
import type { Observation } from "../observations/schema.ts";
import type { Written } from "./thread/protocol.ts";

const FLUSH_EVERY_MS = 200;
/** So many that wait are not left to the timer. */
const ENOUGH = 500;
/** At most so many are written at once while the caller works, with a pause for other processes after each: they would wait in vain. */
const BATCH = 500;
const PAUSE_MS = 25;
/** And while it waits for them: pages that many units share are written once. */
const FLUSH_BATCH = 5000;
const FLUSH_BATCH_COUNT = 2;
/** How long a flush waits for one batch. */
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

/** Who writes them, elsewhere. */
export interface BatchWriter {
  /**
   * Hands a batch over, `behind` so many whose answer is not known: it is not written when one of them is not. {@link
   * ObservationQueue.written} is told what became of it. Returns why it could not be handed over, if so.
   */
  write(batch: readonly Observation[], behind: number): string | null;
  /** Takes what is known, without waiting. */
  receive(): void;
  /** Sleeps up to some ms until it is known. */
  wait(ms: number): void;
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
    if (waiting.size() > 0 && !waiting.rests()) waiting.send(BATCH);
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
      if (!done) onTrouble("late", waiting.stats.lastProblem ?? "unknown", waiting.size());
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

/** What waits to be written, and what became of the rest. */
function backlog({ writer, clock, onTrouble }: Omit<QueueOptions, "limit">) {
  let queue: Observation[] = [];
  const underWay = flights();
  let answeredAt = -Infinity;
  const { stats, pause, drop, failed } = account(clock, onTrouble, () => queue.length);
  /** Hands the next batch over, unless so many are under way. */
  const send = (most: number, atOnce = 1) => {
    if (underWay.count() >= atOnce || underWay.areSpoilt()) return;
    const from = underWay.size();
    const batch = queue.slice(from, from + most);
    if (batch.length === 0) return;
    const problem = writer.write(batch, underWay.count());
    if (problem === null) underWay.add(batch.length);
    else failed(problem, false);
  };
  const written = ({ recorded, refused, problem }: Written) => {
    const { size: batch, isSpoilt } = underWay.land();
    answeredAt = clock.monotonicMs();
    if (isSpoilt) return;
    if (problem !== null) {
      underWay.spoil();
      failed(problem.why, problem.locked);
      return;
    }
    stats.recorded += recorded;
    if (refused > 0) drop(refused, "the store refuses an observation");
    queue = queue.slice(batch);
    pause.over();
  };
  const goOn = () => {
    writer.receive();
    if (!pause.lasts() && clock.monotonicMs() - answeredAt >= PAUSE_MS) send(BATCH);
  };
  /** All of it, as long as it gets on: waits a while for each batch, and for another writer; false when something is left. */
  const writeAll = (): boolean => {
    let until = clock.monotonicMs() + FLUSH_WAIT_MS;
    while (queue.length > 0 && clock.monotonicMs() < until) {
      const before = { failures: stats.failures, waiting: queue.length };
      for (let i = 0; i < FLUSH_BATCH_COUNT; i++) send(FLUSH_BATCH, FLUSH_BATCH_COUNT);
      if (underWay.count() > 0) writer.wait(until - clock.monotonicMs());
      if (stats.failures > before.failures && !pause.isShort()) break;
      if (queue.length < before.waiting) until = clock.monotonicMs() + FLUSH_WAIT_MS;
    }
    return queue.length === 0;
  };
  return {
    stats,
    drop,
    send,
    goOn,
    written,
    writeAll,
    push: (observation: Observation) => void queue.push(observation),
    size: () => queue.length,
    /** A store that could not be written is left alone for a while. */
    rests: () => pause.lasts(),
    full: () => pause.full(),
  };
}

/** What became of them, and whom that is told. */
function account(clock: Clock, onTrouble: OnTrouble, waiting: () => number) {
  const pause = backoff(clock);
  const stats = { recorded: 0, dropped: 0, invalid: 0, failures: 0, lastProblem: null as string | null };
  return {
    stats,
    pause,
    drop: (n: number, why: string) => {
      stats.dropped += n;
      stats.lastProblem = why;
      onTrouble("dropped", why, n);
    },
    failed: (why: string, isLocked: boolean) => {
      stats.failures += 1;
      stats.lastProblem = why;
      if (pause.after(isLocked, why)) onTrouble("late", why, waiting());
    },
  };
}

/** The batches that are being written: the first of the queue, in its order. */
function flights() {
  const sizes: number[] = [];
  /** Those that are behind one that was not written. */
  let spoilt = 0;
  return {
    count: () => sizes.length,
    size: () => sizes.reduce((sum, size) => sum + size, 0),
    areSpoilt: () => spoilt > 0,
    add: (size: number) => void sizes.push(size),
    land() {
      const isSpoilt = spoilt > 0;
      if (isSpoilt) spoilt -= 1;
      return { size: sizes.shift() ?? 0, isSpoilt };
    },
    spoil() {
      spoilt = sizes.length;
    },
  };
}

/** How long to leave a store alone that could not be written. */
function backoff(clock: Clock) {
  let until = -Infinity;
  let since: number | undefined;
  let failed = 0;
  let short = false;
  let last = "";
  return {
    /** True when it has been failing for long. Another writer is done soon; everything else takes a person, and is asked for less and less often. */
    after(isLocked: boolean, why: string): boolean {
      const now = clock.monotonicMs();
      short = isLocked;
      failed = isLocked ? 1 : failed + 1;
      until = now + Math.min(LONGEST_PAUSE_MS, FLUSH_EVERY_MS * 2 ** (failed - 1));
      since ??= now;
      last = `: ${why}`;
      return now - since >= LATE_MS;
    },
    /** Another writer was in the way the last time, and is done soon. */
    isShort: () => short,
    lasts: () => clock.monotonicMs() < until,
    over() {
      [failed, since, last] = [0, undefined, ""];
    },
    /** Why a queue is full. */
    full: () => `the queue is full${last}`,
  };
}
