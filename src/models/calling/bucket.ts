import type { Clock } from "../../core/clock.ts";

/** A token bucket that holds five seconds of its rate, so that a minute's allowance is not spent in its first second. */
export interface Bucket {
  /** Milliseconds until `amount` may be taken; more than the bucket holds counts as the whole bucket. */
  waitMs(amount: number): number;
  /** Takes it, below zero if need be; a negative amount gives back. */
  take(amount: number): void;
}

const HELD_SECONDS = 5;
const UNLIMITED: Bucket = { waitMs: () => 0, take: () => undefined };

export function createBucket(perMinute: number | undefined, clock: Clock): Bucket {
  if (perMinute === undefined) return UNLIMITED;
  const perMs = perMinute / 60_000;
  const size = Math.max(1, perMs * 1000 * HELD_SECONDS);
  let level = size;
  let at = clock.monotonicMs();
  const refill = () => {
    const now = clock.monotonicMs();
    level = Math.min(size, level + (now - at) * perMs);
    at = now;
  };
  return {
    waitMs: (amount) => {
      refill();
      const short = Math.min(amount, size) - level;
      return short <= 1e-9 ? 0 : Math.ceil(short / perMs);
    },
    take: (amount) => {
      refill();
      level = Math.min(size, level - amount);
    },
  };
}
