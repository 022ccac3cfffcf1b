import { betaLogitQuantile, regularizedBeta } from "./beta.ts";

/**
 * Student's t: P(T ≤ t). With x = df/(df + t²), the smaller tail is ½ I_x(df/2, ½).
 * Source: Abramowitz and Stegun 26.7.1. Relative accuracy about 1e-13, also in the tail.
 * @param t any number, also ±∞
 * @param df degrees of freedom in (0, ∞), need not be whole (Satterthwaite)
 * @throws RangeError outside
 */
export function studentCdf(t: number, df: number): number {
  return studentSurvival(-t, df);
}

/** Upper tail P(T > t), exact where 1 − studentCdf(t) would be 0. As `studentCdf`. */
export function studentSurvival(t: number, df: number): number {
  if (!(df > 0 && Number.isFinite(df)) || Number.isNaN(t))
    throw new RangeError(`t: need a number t and df > 0, got ${t}, ${df}`);
  const tail = upperTail(Math.abs(t), df);
  return t >= 0 ? tail : 1 - tail;
}

function upperTail(t: number, df: number): number {
  const squared = t * t;
  if (squared === Infinity) return 0;
  return 0.5 * regularizedBeta(df / (df + squared), df / 2, 0.5, squared / (df + squared));
}

/**
 * Quantile of Student's t, through the beta quantile of the smaller tail: t² = df (1 − x)/x.
 * Source: Abramowitz and Stegun 26.7.1; Hill (1970), CACM 13:619 for the reduction to one tail.
 * @param p in [0, 1]; 0 gives −∞ and 1 gives ∞
 * @param df in (0, ∞)
 * @throws RangeError outside
 */
export function studentQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1 && df > 0 && Number.isFinite(df)))
    throw new RangeError(`studentQuantile: p = ${p}, df = ${df}`);
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  if (p === 0.5) return 0;
  const tail = p < 0.5 ? p : 1 - p;
  const t = Math.sqrt(df * Math.exp(-betaLogitQuantile(2 * tail, df / 2, 0.5)));
  return p < 0.5 ? -t : t;
}
