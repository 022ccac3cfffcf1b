import { gammaQ } from "./gamma.ts";

/**
 * Upper tail of chi-square: P(X > x) = Q(df/2, x/2).
 * Source: Abramowitz and Stegun 26.4.19.
 * @param x in [0, ∞]; 1 at 0
 * @param df degrees of freedom in (0, ∞)
 * @throws RangeError outside
 */
export function chiSquareSurvival(x: number, df: number): number {
  return gammaQ(df / 2, x / 2);
}
