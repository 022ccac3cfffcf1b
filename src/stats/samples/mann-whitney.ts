import { counted, difference, smallest, tails, type WeightedValues } from "./difference-law.ts";
import { normalQuantile, normalSurvival } from "../distributions/normal.ts";
import { rankSumLaw, rankSumTails } from "./rank-sum-law.ts";

export interface MannWhitneyTest {
  /** Pairs in which the candidate's value is higher, ties counting half. */
  u: number;
  /** Two-sided, for equal distributions. */
  pValue: number;
  /** Counted over all arrangements of the ranks; false: the normal approximation. */
  exact: boolean;
  /** Some values of the two arms together are equal. */
  tied: boolean;
  /** P(candidate > control) + ½ P(tie). */
  superiority: number;
  /** Hodges–Lehmann: the median of all differences candidate − control. */
  shift: number;
  /** Of the shift; null on a side that so few values cannot bound. */
  interval: [low: number | null, high: number | null];
}

/** Up to so many pairs p is counted, which takes up to a tenth of a second; beyond it the approximation is as good. */
const MOST_COUNTED = 2500;

/**
 * Mann–Whitney test of two independent samples with the Hodges–Lehmann shift.
 *
 *   p = 2 min(P(U ≤ u), P(U ≥ u)) over all arrangements of the ranks, mid-ranks where values tie, while n₁n₂ ≤ 2500; then
 *   z = (|U − n₁n₂/2| − ½) / √( n₁n₂/12 · (N + 1 − Σ(t³ − t)/(N(N − 1))) ),  t the sizes of the ties
 *
 * The interval runs from the k-th smallest to the k-th largest difference: k is the least with P(U ≤ k) ≥ α/2 without ties, or
 * ⌊n₁n₂/2 − z_{1−α/2} √(n₁n₂(N + 1)/12)⌋. Where values tie it errs on the wide side.
 * Source: Mann and Whitney (1947), Ann. Math. Stat. 18:50; Hollander and Wolfe (1999), Nonparametric Statistical Methods, §4.1–4.3.
 * Differences are counted, never listed: 100,000 values an arm take well under a second.
 * @param control, candidate finite values in any order, at least one each; units are those of the values
 * @throws RangeError on no values, values that are not finite or lie too far apart for it, or an alpha outside (0, 1). All
 * values equal: p is 1.
 */
export function mannWhitney(control: ArrayLike<number>, candidate: ArrayLike<number>, alpha = 0.05): MannWhitneyTest {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`Mann-Whitney: alpha must be in (0, 1), got ${alpha}`);
  const [x, y] = [counted(ascending(control)), counted(ascending(candidate))];
  const [n1, n2] = [x.values.length, y.values.length];
  const ranked = ranks(x, y);
  const { atMost, above } = tails(x, y, difference, 0);
  const below = tails(x, y, difference, -Number.MIN_VALUE).atMost;
  const u = above + (atMost - below) / 2;
  const kth = (k: number) => smallest(x, y, difference, (v) => tails(x, y, difference, v).atMost >= k);
  const pairs = n1 * n2;
  const exact = pairs <= MOST_COUNTED;
  const k = exact ? countedBound(n1, n2, alpha) : normalBound(n1, n2, alpha);
  return {
    u,
    pValue: exact ? countedP(u, n1, n2, ranked.doubled) : normalP(u, n1, n2, ranked.ties),
    exact,
    tied: ranked.ties > 0,
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

/** Twice the mid-rank of every value of both arms together, and Σ (t³ − t) over the groups of equal ones. */
function ranks(x: WeightedValues, y: WeightedValues): { doubled: Float64Array; ties: number } {
  const all = Float64Array.from([...Array.from(x.values), ...Array.from(y.values)]).sort();
  const apart = (all.at(-1) as number) - (all[0] as number);
  if (!Number.isFinite(apart)) throw new RangeError("Mann-Whitney: the values lie too far apart to subtract");
  const doubled = new Float64Array(all.length);
  let ties = 0;
  for (let start = 0, end = 0; start < all.length; start = end) {
    while (end < all.length && all[end] === all[start]) end += 1;
    doubled.fill(start + 1 + end, start, end);
    const t = end - start;
    ties += t * t * t - t;
  }
  return { doubled, ties };
}

/** Ranks of the smaller arm are summed: its U is as far from the middle. */
function countedP(u: number, n1: number, n2: number, doubled: Float64Array): number {
  const drawn = Math.min(n1, n2);
  const own = n2 <= n1 ? u : n1 * n2 - u;
  const { lower, upper } = rankSumTails(rankSumLaw(doubled, drawn), 2 * own + drawn * (drawn + 1));
  return Math.min(1, 2 * Math.min(lower, upper));
}

function countedBound(n1: number, n2: number, alpha: number): number {
  const drawn = Math.min(n1, n2);
  const untied = Float64Array.from({ length: n1 + n2 }, (_, i) => 2 * (i + 1));
  const law = rankSumLaw(untied, drawn);
  let sum = 0;
  for (let u = 0; ; u++) {
    sum += law[2 * u + drawn * (drawn + 1)] as number;
    // A probability that is α/2 but for rounding is α/2.
    if (sum >= (alpha / 2) * (1 - 1e-12)) return u;
  }
}

function normalP(u: number, n1: number, n2: number, ties: number): number {
  const [pairs, n] = [n1 * n2, n1 + n2];
  const variance = (pairs / 12) * (n + 1 - ties / (n * (n - 1)));
  if (!(variance > 0)) return 1;
  return Math.min(1, 2 * normalSurvival((Math.abs(u - pairs / 2) - 0.5) / Math.sqrt(variance)));
}

function normalBound(n1: number, n2: number, alpha: number): number {
  return Math.floor((n1 * n2) / 2 - normalQuantile(1 - alpha / 2) * Math.sqrt((n1 * n2 * (n1 + n2 + 1)) / 12));
}
