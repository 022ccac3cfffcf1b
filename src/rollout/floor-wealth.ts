import { type CanaryProcess, logE } from "../stats/sequential/canary-engine.ts";
import type { FloorProcess } from "../stats/sequential/floor-process.ts";
import { logMeanExp } from "../stats/distributions/log-mean.ts";

/** What is known of a floor: which, of how many outcomes, and ln E now and at its largest so far. */
export interface Wealth {
  floor: number;
  n: number;
  sum: number;
  log: number;
  peak: number;
  configured?: number | undefined;
}

export function wealthOf({ floor, n, sum, logWealth, peak }: FloorProcess): Wealth {
  return { floor, n, sum, log: logMeanExp(logWealth), peak };
}

/**
 * A capped floor beside a control: below what was configured, and worse than the control. The smaller of two e-values against "as good as
 * the configured floor" and "as good as the control" is one against "either", however both arms drift or break together. A candidate that
 * is above the floor in force, by its own rate, has not missed it.
 */
export function besideControl(below: FloorProcess, worse: CanaryProcess, floor: number): Wealth {
  const { n, sum, log, peak } = wealthOf(below);
  const isBelow = n > 0 && sum / n < floor && worse.control.n > 0;
  return { floor, n, sum, log: Math.min(log, logE(worse)), peak: isBelow ? Math.min(peak, worse.peak) : 0 };
}
