import type { Clock } from "../core/clock.ts";

export const FLUSH_EVERY_MS = 200;
const LONGEST_PAUSE_MS = 5000;
/** Somebody else's long transaction is no news; a store that takes nothing for so long is. */
const LATE_MS = 5000;

export interface ObservationStats {
  /** Waiting to be written. */
  queued: number;
  /** In the store, repeats of an id included. */
  recorded: number;
  /** Of those, of a target, version or rollout that the store does not know: kept, and in no rollout's counts. */
  unknown: number;
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
export type OnTrouble = (what: "late" | "dropped" | "lost" | "unknown", why: string, count: number) => void;

/** What became of them, and whom that is told. */
export function account(clock: Clock, onTrouble: OnTrouble, waiting: () => number) {
  const pause = backoff(clock);
  const stats = { recorded: 0, unknown: 0, dropped: 0, invalid: 0, failures: 0, lastProblem: null as string | null };
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
