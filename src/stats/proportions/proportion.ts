/** z for a two-sided 95 % interval: the normal quantile at 0.975. */
export const Z95 = 1.959963984540054;

export type Interval = [low: number, high: number];
/** An end that the values do not bound is null. */
export type OpenInterval = [low: number | null, high: number | null];

/**
 * Wilson score interval for a proportion.
 *
 *   (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)
 *
 * Source: Wilson (1927), JASA 22:209; Brown, Cai, DasGupta (2001), Statist. Sci. 16:101.
 * @param successes in [0, n]; need not be whole, so that an effective sample size can be used
 * @param n trials, ≥ 0; n = 0 gives [0, 1]
 * @returns bounds in [0, 1]; exactly 0 at no success and exactly 1 at all
 * @throws RangeError on successes outside [0, n] or a value that is not finite
 */
export function wilson(successes: number, n: number, z = Z95): Interval {
  if (!(Number.isFinite(n) && n >= 0 && successes >= 0 && successes <= n)) {
    throw new RangeError(`wilson: need 0 <= successes <= n, got ${successes} of ${n}`);
  }
  if (n === 0) return [0, 1];
  const p = successes / n;
  const z2 = z * z;
  const half = z * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  const scale = 1 + z2 / n;
  const low = successes === 0 ? 0 : (p + z2 / (2 * n) - half) / scale;
  const high = successes === n ? 1 : (p + z2 / (2 * n) + half) / scale;
  return [Math.max(0, low), Math.min(1, high)];
}
