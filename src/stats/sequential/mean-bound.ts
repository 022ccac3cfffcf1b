import { bisect } from "../distributions/bisection.ts";
import { logBeta } from "../distributions/beta.ts";

/**
 * The lower end of a confidence sequence for the mean of outcomes in [0, 1]: the smallest p that ln E(p) < ln(1/α) leaves, with
 *
 *   E(p) = B(s + ½, n − s + ½) / B(½, ½) / (p^s (1 − p)^(n − s)),   s = ΣY
 *
 * E(p) is a mixture of likelihood ratios over θ ~ Beta(½, ½). Each ratio is convex in Y, so below its chord, and the chord has mean 1 where
 * E[Y | past] = p: a supermartingale for fractions too, so that the bound is below the mean at all n at once with probability at least
 * 1 − α (Ville 1939). Where the mean moves, it is one of the mean of the means only about.
 *
 * Source: Robbins (1970), Ann. Math. Statist. 41:1397; Howard et al. (2021), Ann. Statist. 49:1055 (beta-binomial mixture).
 * @param n outcomes; @param sum of them, in [0, n]; @param alpha in (0, 1)
 * @returns in [0, 1); 0 without outcomes
 */
export function lowerMeanBound(n: number, sum: number, alpha: number): number {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must be in (0, 1), got ${alpha}`);
  if (!(n >= 0 && sum >= 0 && sum <= n * (1 + 1e-9))) throw new RangeError(`${n} outcomes cannot sum up to ${sum}`);
  const bad = Math.max(0, n - sum);
  if (sum === 0) return 0;
  const mixture = logBeta(sum + 0.5, bad + 0.5) - logBeta(0.5, 0.5);
  const limit = Math.log(1 / alpha);
  const isRefuted = (p: number) => mixture - sum * Math.log(p) - bad * Math.log1p(-p) >= limit;
  return bisect((p) => p === 0 || isRefuted(p), 0, Math.min(1, sum / n));
}
