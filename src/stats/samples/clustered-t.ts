import { clusteredError, type ClusterSums } from "./clustered.ts";
import type { Interval } from "../proportions/proportion.ts";
import { studentQuantile, studentSurvival } from "../distributions/student.ts";

/** A spread this small beside the mean is what rounding leaves of clusters that agree. */
const ROUNDING = 1e-7;

export interface ClusteredT {
  /** Mean of all observations. */
  estimate: number;
  error: number;
  /** C − 1. */
  df: number;
  /** Two-sided, for a mean of 0. */
  pValue: number;
  /** 1 − α, not clamped: a mean of paired differences may reach below 0. */
  interval: Interval;
}

/**
 * t test and interval for a mean (of scores, or of paired differences) over clusters:
 *
 *   t = m / SE,   m ± t_{C−1, 1−α/2} · SE,   SE the CR1 cluster-robust error
 *
 * Source: Miller (2024), arXiv 2411.00640 §2.2; C − 1 degrees of freedom: Cameron and Miller (2015), J. Hum. Resour. 50:317 §VI.
 * Units are those of the observations. With C < 10 the level is no longer kept: use the sign-flip test (sign-flip.ts).
 *
 * Edges: every cluster deviates by 0 → error 0, the interval is the point and p is 0 or, for a mean of 0, 1; that is
 * not evidence but a lack of it, and the caller then uses a test that needs no variance (Tango, sign-flip).
 * @param alpha in (0, 1)
 * @returns null with fewer than two clusters, where the error is undefined
 */
export function clusteredT(sums: ClusterSums, alpha = 0.05): ClusteredT | null {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`clustered t: alpha must be in (0, 1), got ${alpha}`);
  const found = clusteredError(sums);
  if (found === null) return null;
  const estimate = sums.total / sums.n;
  const error = found <= ROUNDING * Math.abs(estimate) ? 0 : found;
  const df = sums.clusters - 1;
  const half = error === 0 ? 0 : studentQuantile(1 - alpha / 2, df) * error;
  return { estimate, error, df, pValue: twoSided(estimate, error, df), interval: [estimate - half, estimate + half] };
}

function twoSided(estimate: number, error: number, df: number): number {
  if (error === 0) return estimate === 0 ? 1 : 0;
  return Math.min(1, 2 * studentSurvival(Math.abs(estimate) / error, df));
}
