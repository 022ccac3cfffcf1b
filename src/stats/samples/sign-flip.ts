import { normalSurvival } from "../distributions/normal.ts";
import { difference, tails } from "./difference-law.ts";
import { signLaw } from "./sign-law.ts";

/** Share of the variance that no total exceeds where the sum is as good as normal: p is off by under 0.0002. */
const SMALL = 1 / 100;
/** Totals of which each half has a law of at most 2^10 points, whatever they are; with more, points are few where sums tie. */
const MOST_TOTALS = 20;
const HALF_POINTS = 1024;
/** The law of the largest totals where not all have one: eight, and more where sums tie. */
const LARGEST_POINTS = 256;
/** Sums of the same numbers in another order differ by rounding; a tie must count as a tie. */
const ROUNDING = 1e-9;
/** Totals this close to multiples of the least, as a share of it, still come in steps. */
const NEAR = 0.05;
/** Fewer groups than this that differ at all are judged by sign flips: t would trust a spread it has hardly seen (specification §0). */
export const FEW_GROUPS = 10;

/**
 * Two-sided sign-flip (permutation) test that cluster totals are symmetric about 0: the share of the 2^C ways to give the
 * totals signs whose absolute sum is at least the observed one. It needs no variance and no moments, so it holds with a
 * handful of clusters and with heavy tails, where a t test on them does not.
 *
 * Exact up to 20 totals, and up to hundreds where they are whole numbers: each half of the totals has a law of its own, and
 * both are convolved at the observed sum. Beyond that the eight or more largest have their exact law and the sum of the
 * others a normal one; all of it is normal where no total has more than 1/100 of the variance. Nothing is drawn.
 *
 * Source: Fisher (1935), The Design of Experiments, §21; for clusters: Canay, Romano, Shaikh (2017), Econometrica 85:1013.
 *
 * Edges: totals of 0 change nothing; none, or an observed sum of 0 → 1. With C totals p is at least 2^(1 − C), so under 6
 * clusters nothing is ever significant at 5 %.
 * @param totals Σ of the paired differences of each cluster
 * @throws RangeError on a total that is not finite
 */
export function signFlip(totals: ArrayLike<number>): number {
  const sizes = new Float64Array(totals.length);
  let [n, sum, all, squares, largest] = [0, 0, 0, 0, 0];
  for (let i = 0; i < totals.length; i++) {
    const total = totals[i] as number;
    if (!Number.isFinite(total)) throw new RangeError(`sign-flip: a total must be finite, got ${total}`);
    if (total === 0) continue;
    const size = Math.abs(total);
    sizes[n++] = size;
    sum += total;
    all += size;
    squares += size * size;
    if (size > largest) largest = size;
  }
  const slack = ROUNDING * all;
  const observed = Math.abs(sum) - slack;
  if (observed <= 0) return 1;
  const kept = sizes.subarray(0, n);
  const step = halfStep(kept);
  const isNormal = largest * largest <= SMALL * squares;
  const tail = isNormal
    ? normalSurvival((observed - step) / Math.sqrt(squares))
    : upperTail(kept, step, observed, slack);
  return Math.min(1, Math.max(2 ** (1 - n), 2 * tail));
}

/** P(Σ ± sizes > bound). */
function upperTail(sizes: Float64Array, step: number, bound: number, slack: number): number {
  sizes.sort().reverse();
  const exact = sizes.length <= MOST_TOTALS || step > 0 ? exactTail(sizes, bound, slack) : null;
  if (exact !== null) return exact;
  const { law, count } = signLaw(sizes, slack, LARGEST_POINTS);
  const error = Math.sqrt(sizes.subarray(count).reduce((sum, size) => sum + size * size, 0));
  let tail = 0;
  for (let i = 0; i < law.values.length; i++) {
    tail += (law.weights[i] as number) * normalSurvival((bound - step - (law.values[i] as number)) / error);
  }
  return tail;
}

/** From the laws of every other total; null where one of them has too many points. */
function exactTail(sizes: Float64Array, bound: number, slack: number): number | null {
  const halves = [0, 1].map((odd) => sizes.filter((_, i) => i % 2 === odd)) as [Float64Array, Float64Array];
  const one = signLaw(halves[0], slack, HALF_POINTS);
  if (one.count < halves[0].length) return null;
  const other = signLaw(halves[1], slack, HALF_POINTS);
  if (other.count < halves[1].length) return null;
  // A law is symmetric, so the difference is distributed as the sum.
  return tails(one.law, other.law, difference, bound).above;
}

/** Sums of (nearly) multiples of the least total lie two of it apart: half of that, where a normal law is read. */
function halfStep(sizes: Float64Array): number {
  let least = Infinity;
  for (const size of sizes) if (size < least) least = size;
  for (const size of sizes) {
    const times = size / least;
    if (Math.abs(times - Math.round(times)) > NEAR) return 0;
  }
  return least;
}
