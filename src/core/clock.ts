/** The only place that reads the machine's clock; everything else is given a {@link Clock}. */
export interface Clock {
  /** Wall time, for records. */
  now(): Date;
  /** Monotonic milliseconds, for durations. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
