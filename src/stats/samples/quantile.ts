import { binomialQuantile } from "../distributions/binomial.ts";

/**
 * Sample quantile, type 7 (linear interpolation; the default of R and NumPy).
 * @param sorted ascending values, at least one
 * @param q in [0, 1]
 * Source: Hyndman and Fan (1996), Am. Stat. 50:361.
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) throw new RangeError("quantile: no values");
  if (!(q >= 0 && q <= 1)) throw new RangeError(`quantile: q must be in [0, 1], got ${q}`);
  const h = (sorted.length - 1) * q;
  const low = Math.floor(h);
  const a = sorted[low] as number;
  const b = sorted[Math.min(low + 1, sorted.length - 1)] as number;
  return a + (h - low) * (b - a);
}

/**
 * Distribution-free 95 % interval for a quantile by order statistics: ranks l = qbinom(α/2, n, q) and
 * u = qbinom(1 − α/2, n, q) + 1 (1-based). A rank outside 1…n means that side is unbounded: null.
 * Source: Conover (1999), Practical Nonparametric Statistics, 3rd ed., §3.2.
 */
export function quantileInterval(sorted: ArrayLike<number>, q: number, alpha = 0.05): [number | null, number | null] {
  const n = sorted.length;
  const low = binomialQuantile(alpha / 2, n, q);
  const high = binomialQuantile(1 - alpha / 2, n, q) + 1;
  return [low >= 1 ? (sorted[low - 1] as number) : null, high <= n ? (sorted[high - 1] as number) : null];
}
