import { betaFraction, regularizedBeta } from "../distributions/beta.ts";
import { logBinomialTerm } from "../distributions/stirling.ts";

/**
 * Logarithm of the e-value against "a discordant pair is a regression with probability at most ½", mixed uniformly over (½, 1]:
 *
 *   ln E = ln( 2^{m+1} B(b+1, c+1) (1 − I_½(b+1, c+1)) ),  b regressions, c improvements, m = b + c
 *
 * It may be looked at after every pair: stopping when E ≥ 1/α raises a false alarm with probability at most α however often one looks.
 *
 * Source: Ville (1939); Robbins (1970), Ann. Math. Stat. 41:1397 (mixtures); Ramdas et al. (2023), Statist. Sci. 38:576. Computed
 * without the large powers, so that it holds for any count: b ≤ c by the continued fraction of the tail, where 2^{m+1} B cancels exactly.
 * @param regressions, improvements whole, ≥ 0; 0 and 0 give 0
 * @throws RangeError on other counts
 */
export function signLogE(regressions: number, improvements: number): number {
  const [a, b] = [regressions + 1, improvements + 1];
  if (!(Number.isInteger(a) && Number.isInteger(b) && a >= 1 && b >= 1)) {
    throw new RangeError(`signLogE: counts must be whole and at least 0, got ${regressions} and ${improvements}`);
  }
  if (a <= b) return Math.log(betaFraction(0.5, b, a) / (2 * b));
  // B 2^{a+b} = (1/a + 1/b) / Loader's term
  return Math.log(1 / a + 1 / b) - logBinomialTerm(a, b, 0.5, 0.5) - Math.LN2 + Math.log1p(-regularizedBeta(0.5, a, b));
}
