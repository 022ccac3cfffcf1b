import { above, type Contrast, difference, ratio } from "./difference-law.ts";
import type { OpenInterval } from "../proportions/proportion.ts";
import { quantileRank } from "./quantile-law.ts";
import { signFlip } from "./sign-flip.ts";

/** One arm: its values, ascending, and the cluster of each, 0 … clusters − 1, numbered alike in both arms. */
export interface ClusteredValues {
  values: ArrayLike<number>;
  groups: ArrayLike<number>;
}

export interface QuantileSwap {
  /** Two-sided, for the same quantile in both arms. */
  pValue: number;
  /** Candidate − control, and candidate / control; the ratio is null where a value is not positive. */
  difference: OpenInterval;
  ratio: OpenInterval | null;
  /** Clusters that hold a value above the quantile of both arms together: only they can differ. */
  beyond: number;
}

/**
 * Compares a quantile of two arms that share clusters (cases, or groups of them) by swapping the arms of whole clusters. With τ
 * the q-quantile of all values together, which no swap changes, and in cluster g of arm a eₐ values of nₐ above τ,
 *
 *   d = (e₂ − e₁) − s (n₂ − n₁),   s = Σ e / Σ n,   p = the sign-flip p of the clusters' d (sign-flip.ts)
 *
 * Exact where a cluster's two arms may be exchanged, whatever the tails and however few the clusters are, also where each has a level
 * of its own in each arm; with one value an arm and cluster it is McNemar's exact test on "above τ". Arms with one quantile and
 * densities f, g at it alarm as if their error were √(1 + r²) too small, r = (f − g)/(f + g): 5 % for twice the density.
 *
 * The interval has the shifts (factors) of the candidate at which the test does not reject; an end beyond all of them is null.
 *
 * Source: the quantile (control median) test, Mood (1954), Ann. Math. Stat. 25:514; by swaps within clusters: Canay, Romano, Shaikh
 * (2017), Econometrica 85:1013; interval by inversion: Lehmann and Romano (2005), Testing Statistical Hypotheses, §3.5, §5.11.
 * @param q in (0, 1)
 * @throws RangeError on an arm without values, or one that is not finite
 */
export function quantileSwap(
  control: ClusteredValues,
  candidate: ClusteredValues,
  q: number,
  alpha = 0.05,
): QuantileSwap {
  if (!(q > 0 && q < 1 && alpha > 0 && alpha < 1)) {
    throw new RangeError(`quantile swap: q and alpha must be in (0, 1), got ${q} and ${alpha}`);
  }
  for (const { values } of [control, candidate]) requireSample(values);
  const arms = armsOf(control, candidate);
  const positive = [control, candidate].every(({ values }) => (values[0] as number) > 0);
  const found = totalsOf(arms, q, candidate.values);
  return {
    pValue: signFlip(found.totals),
    difference: inverted(arms, q, alpha, difference),
    ratio: positive ? inverted(arms, q, alpha, ratio) : null,
    beyond: found.reached.reduce((sum, one) => sum + one, 0),
  };
}

interface Arms {
  control: ClusteredValues;
  candidate: ClusteredValues;
  /** n₂ − n₁ of each cluster. */
  more: Float64Array;
}

/** Past a contrast that occurs by so much, so that no two values tie. */
const CLOSE = 1e-10;
/** How closely an end is searched, as a share of the largest contrast; it is then the next contrast that occurs. */
const PRECISION = 1e-6;

function armsOf(control: ClusteredValues, candidate: ClusteredValues): Arms {
  let clusters = 0;
  for (const { groups } of [control, candidate])
    for (let i = 0; i < groups.length; i++) clusters = Math.max(clusters, (groups[i] as number) + 1);
  const more = new Float64Array(clusters);
  const count = ({ groups }: ClusteredValues, sign: 1 | -1) => {
    for (let i = 0; i < groups.length; i++) more[groups[i] as number] = (more[groups[i] as number] as number) + sign;
  };
  count(control, -1);
  count(candidate, 1);
  return { control, candidate, more };
}

function inverted(arms: Arms, q: number, alpha: number, contrast: Contrast): OpenInterval {
  const [x, y] = [arms.control.values, arms.candidate.values];
  const [lowX, highX, lowY, highY] = [x[0], last(x), y[0], last(y)] as [number, number, number, number];
  const scale = Math.max(Math.abs(highX), Math.abs(highY), Math.abs(lowX), Math.abs(lowY));
  const moved = new Float64Array(y.length);
  const rejects = (v: number, side: 1 | -1) => {
    const by = contrast === ratio ? v * (1 + CLOSE) : v + scale * CLOSE;
    for (let i = 0; i < y.length; i++) moved[i] = contrast(by, y[i] as number);
    const { totals, sum } = totalsOf(arms, q, moved);
    return side * sum > 0 && signFlip(totals) < alpha;
  };
  const [least, most] = [contrast(highX, lowY), contrast(lowX, highY)];
  const all = contrast === ratio ? least / 2 : least - scale;
  const [isOpenBelow, isOpenAbove] = [!rejects(all, 1), !rejects(most, -1)];
  const first = (holds: (v: number) => boolean) =>
    above({ values: x }, { values: y }, contrast, turn(all, most, holds));
  return [isOpenBelow ? null : first((v) => !rejects(v, 1)), isOpenAbove ? null : first((v) => rejects(v, -1))];
}

/** Just below where `holds` turns true, between `low` and `high`. */
function turn(low: number, high: number, holds: (v: number) => boolean): number {
  const close = PRECISION * Math.max(Math.abs(low), Math.abs(high));
  let [below, from] = [low, high];
  while (from - below > close) {
    const middle = (below + from) / 2;
    if (holds(middle)) from = middle;
    else below = middle;
  }
  return below;
}

function last(values: ArrayLike<number>): number {
  return values[values.length - 1] as number;
}

/** The clusters' d with these values for the candidate's, their sum, and which clusters have a value above τ. */
function totalsOf({ control, candidate, more }: Arms, q: number, moved: ArrayLike<number>) {
  const limit = pooledQuantile(control.values, moved, q);
  const [totals, reached] = [new Float64Array(more.length), new Uint8Array(more.length)];
  const add = (values: ArrayLike<number>, groups: ArrayLike<number>, sign: 1 | -1) => {
    let i = values.length - 1;
    for (; i >= 0 && (values[i] as number) > limit; i--) {
      const group = groups[i] as number;
      totals[group] = (totals[group] as number) + sign;
      reached[group] = 1;
    }
    return values.length - 1 - i;
  };
  const count = add(control.values, control.groups, -1) + add(moved, candidate.groups, 1);
  const share = count / (control.values.length + moved.length);
  let sum = 0;
  for (let group = 0; group < totals.length; group++) {
    totals[group] = (totals[group] as number) - share * (more[group] as number);
    sum += totals[group] as number;
  }
  return { totals, sum, reached };
}

/** The value of rank ⌈nq⌉ of both arms together. */
function pooledQuantile(one: ArrayLike<number>, other: ArrayLike<number>, q: number): number {
  const left = one.length + other.length - quantileRank(one.length + other.length, q);
  let [i, j] = [one.length - 1, other.length - 1];
  for (let taken = 0; taken < left; taken++) {
    if (j < 0 || (i >= 0 && (one[i] as number) >= (other[j] as number))) i -= 1;
    else j -= 1;
  }
  return Math.max(i >= 0 ? (one[i] as number) : -Infinity, j >= 0 ? (other[j] as number) : -Infinity);
}

function requireSample(sorted: ArrayLike<number>): void {
  const n = sorted.length;
  if (n === 0) throw new RangeError("quantile swap: no values");
  if (!(Number.isFinite(sorted[0]) && Number.isFinite(sorted[n - 1]))) {
    throw new RangeError("quantile swap: values must be finite");
  }
}
