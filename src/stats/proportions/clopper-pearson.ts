import { betaQuantile } from "../distributions/beta.ts";
import type { Interval } from "./proportion.ts";

/**
 * Clopper–Pearson interval for a proportion: never covers less than 1 − α, so it is wide.
 *
 *   [ Beta(α/2; x, n − x + 1), Beta(1 − α/2; x + 1, n − x) ]
 *
 * Source: Clopper and Pearson (1934), Biometrika 26:404.
 * @param successes whole, in [0, n]
 * @param n trials, whole, ≥ 0; n = 0 gives [0, 1]
 * @param alpha 1 − confidence, in (0, 1)
 * @returns bounds in [0, 1]; exactly 0 at no success and exactly 1 at all
 * @throws RangeError on impossible input
 */
export function clopperPearson(successes: number, n: number, alpha = 0.05): Interval {
  const whole = Number.isInteger(successes) && Number.isInteger(n);
  if (!(whole && successes >= 0 && successes <= n && alpha > 0 && alpha < 1)) {
    throw new RangeError(
      `clopperPearson: need 0 <= successes <= n and alpha in (0, 1), got ${successes} of ${n}, ${alpha}`,
    );
  }
  const low = successes === 0 ? 0 : betaQuantile(alpha / 2, successes, n - successes + 1);
  const high = successes === n ? 1 : betaQuantile(1 - alpha / 2, successes + 1, n - successes);
  return [low, high];
}
