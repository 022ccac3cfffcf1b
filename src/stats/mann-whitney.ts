import { counted, difference, smallest, tails, type WeightedValues } from "./difference-law.ts";
import { normalQuantile, normalSurvival } from "./normal.ts";

export interface MannWhitneyTest {
  /** Pairs in which the candidate's value is higher, ties counting half. */
  u: number;
  /** Two-sided, for equal distributions. */
  pValue: number;
  /** P(candidate > control) + ½ P(tie). */
  superiority: number;
  /** Hodges–Lehmann: the median of all differences candidate − control. */
  shift: number;
  /** Of the shift; null on a side that so few values cannot bound. */
  interval: [low: number | null, high: number | null];
}

/**
 * Mann–Whitney test of two independent samples with the Hodges–Lehmann shift.
 *
 *   z = (|U − n₁n₂/2| − ½) / √( n₁n₂/12 · (N + 1 − Σ(t³ − t)/(N(N − 1))) ),  t the sizes of the ties
 *
 * The interval runs from the k-th smallest to the k-th largest difference, k = ⌊n₁n₂/2 − z_{1−α/2} √(n₁n₂(N + 1)/12)⌋.
 * Source: Mann and Whitney (1947), Ann. Math. Stat. 18:50; Hollander and Wolfe (1999), Nonparametric Statistical Methods, §4.1–4.3.
 * Differences are counted, never listed: 100,000 values an arm take well under a second.
 * @param control, candidate finite values in any order, at least one each; units are those of the values
 * @throws RangeError on no values, a value that is not finite, or an alpha outside (0, 1). All values equal: p is 1.
 */
export function mannWhitney(control: ArrayLike<number>, candidate: ArrayLike<number>, alpha = 0.05): MannWhitneyTest {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`Mann-Whitney: alpha must be in (0, 1), got ${alpha}`);
  const [x, y] = [counted(ascending(control)), counted(ascending(candidate))];
  const pairs = x.values.length * y.values.length;
  const { atMost, above } = tails(x, y, difference, 0);
  const below = tails(x, y, difference, -Number.MIN_VALUE).atMost;
  const u = above + (atMost - below) / 2;
  const kth = (k: number) => smallest(x, y, difference, (v) => tails(x, y, difference, v).atMost >= k);
  const n = x.values.length + y.values.length;
  const k = Math.floor(pairs / 2 - normalQuantile(1 - alpha / 2) * Math.sqrt((pairs * (n + 1)) / 12));
  return {
    u,
    pValue: twoSided(u, pairs, n, tied(x, y)),
    superiority: u / pairs,
    shift: (kth(Math.ceil(pairs / 2)) + kth(Math.floor(pairs / 2) + 1)) / 2,
    interval: k < 1 ? [null, null] : [kth(k), kth(pairs + 1 - k)],
  };
}

function ascending(values: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) throw new RangeError("Mann-Whitney: no values");
  const bad = sorted.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new RangeError(`Mann-Whitney: values must be finite, got ${bad}`);
  return sorted;
}

function twoSided(u: number, pairs: number, n: number, ties: number): number {
  const variance = (pairs / 12) * (n + 1 - ties / (n * (n - 1)));
  if (!(variance > 0)) return 1;
  return Math.min(1, 2 * normalSurvival((Math.abs(u - pairs / 2) - 0.5) / Math.sqrt(variance)));
}

/** Σ (t³ − t) over the groups of equal values of both arms together. */
function tied(x: WeightedValues, y: WeightedValues): number {
  const all = Float64Array.from([...Array.from(x.values), ...Array.from(y.values)]).sort();
  let sum = 0;
  for (let start = 0, end = 0; start < all.length; start = end) {
    while (end < all.length && all[end] === all[start]) end += 1;
    const t = end - start;
    sum += t * t * t - t;
  }
  return sum;
}
