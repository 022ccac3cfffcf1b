import type { Interval } from "../proportions/proportion.ts";
import { studentQuantile, studentSurvival } from "../distributions/student.ts";

export interface WelchTest {
  /** Mean of the candidate minus mean of the control. */
  estimate: number;
  statistic: number;
  /** Satterthwaite; need not be whole. */
  df: number;
  /** Two-sided, for equal means. */
  pValue: number;
  interval: Interval;
}

/**
 * Welch's t test for the means of two independent samples whose variances may differ:
 *
 *   t = (x̄₂ − x̄₁) / √(v₁/n₁ + v₂/n₂),   df = (a + b)² / (a²/(n₁−1) + b²/(n₂−1)) with a = v₁/n₁, b = v₂/n₂
 *
 * Source: Welch (1947), Biometrika 34:28; Satterthwaite (1946), Biometrics Bull. 2:110. Units are those of the values.
 * @param control, candidate finite values, in any order
 * @param alpha in (0, 1); the interval holds 1 − alpha
 * @returns null where the test is undefined: fewer than two values in an arm, or both arms constant
 * @throws RangeError on a value that is not finite or whose square is not (above 1e150), or an alpha outside (0, 1)
 */
export function welch(control: ArrayLike<number>, candidate: ArrayLike<number>, alpha = 0.05): WelchTest | null {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`welch: alpha must be in (0, 1), got ${alpha}`);
  const [x, y] = [moments(control), moments(candidate)];
  if (x.n < 2 || y.n < 2) return null;
  const [a, b] = [x.variance / x.n, y.variance / y.n];
  if (a + b === 0) return null;
  const error = Math.sqrt(a + b);
  if (!Number.isFinite(error)) throw new RangeError("welch: values so large have no variance that can be computed");
  // By shares of the variance: its square may be too large where it is not.
  const share = a / (a + b);
  const df = 1 / (share ** 2 / (x.n - 1) + (1 - share) ** 2 / (y.n - 1));
  const estimate = y.mean - x.mean;
  const half = studentQuantile(1 - alpha / 2, df) * error;
  const statistic = estimate / error;
  const pValue = Math.min(1, 2 * studentSurvival(Math.abs(statistic), df));
  return { estimate, statistic, df, pValue, interval: [estimate - half, estimate + half] };
}

function moments(values: ArrayLike<number>): { n: number; mean: number; variance: number } {
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) throw new RangeError(`welch: values must be finite, got ${value}`);
    const step = value - mean;
    mean += step / (i + 1);
    squares += step * (value - mean);
  }
  return { n: values.length, mean, variance: squares / Math.max(1, values.length - 1) };
}
