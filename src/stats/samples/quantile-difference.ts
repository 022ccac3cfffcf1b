import { type Contrast, difference, ratio, smallest, tails, type WeightedValues } from "./difference-law.ts";
import type { Interval } from "../proportions/proportion.ts";
import { quantileLaw, quantileRank } from "./quantile-law.ts";

export interface QuantileDifference {
  /** Each arm's sample quantile, type 1: a value that occurred. */
  control: number;
  candidate: number;
  difference: Contrasted;
  /** Candidate over control; null where a value that matters is not positive. */
  ratio: Contrasted | null;
  /** Two-sided, for no difference. */
  pValue: number;
}

interface Contrasted {
  estimate: number;
  interval: Interval;
}

export interface QuantileOptions {
  /** In (0, 1); default 0.05. */
  alpha?: number;
  /** How many independent values each arm's are worth, at most their number, which is the default. */
  sizeControl?: number;
  sizeCandidate?: number;
}

/**
 * Difference (candidate − control) and ratio of a quantile of two independent samples: percentile interval of the exact
 * bootstrap law, the convolution of the two arms' laws (quantile-law.ts). Deterministic: nothing is drawn.
 *
 *   p = min(1, 2 min(P(D ≤ 0) + q^m₁ + (1 − q)^m₂, P(D ≥ 0) + q^m₂ + (1 − q)^m₁)),   m₁ control, m₂ candidate
 *
 * The powers are the chance that a true quantile lies beyond every value of its arm, on the side that would undo the
 * difference; a bootstrap, which cannot leave the values it has, misses it. So ten values an arm never make a p95
 * significant, although the percentile interval of so few is too narrow and may exclude 0: judge by p. It is never
 * below 2⁻⁵², the accuracy of the law.
 *
 * Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, §13.3; the law: Maritz and Jarrett (1978), JASA 73:194.
 * @param control, candidate ascending values, finite, at least one each; units are those of the values
 * @param q in (0, 1)
 * @throws RangeError outside
 */
export function quantileDifference(
  control: ArrayLike<number>,
  candidate: ArrayLike<number>,
  q: number,
  { alpha = 0.05, sizeControl = control.length, sizeCandidate = candidate.length }: QuantileOptions = {},
): QuantileDifference {
  requireSample(control, sizeControl);
  requireSample(candidate, sizeCandidate);
  if (!(q > 0 && q < 1 && alpha > 0 && alpha < 1)) {
    throw new RangeError(`quantile difference: q and alpha must be in (0, 1), got ${q} and ${alpha}`);
  }
  const laws: Laws = [quantileLaw(control, q, sizeControl), quantileLaw(candidate, q, sizeCandidate)];
  const [x, y] = [at(control, q), at(candidate, q)];
  const positive = x > 0 && (laws[0].values[0] as number) > 0 && (laws[1].values[0] as number) >= 0;
  return {
    control: x,
    candidate: y,
    difference: { estimate: y - x, interval: percentiles(laws, difference, alpha) },
    ratio: positive ? { estimate: y / x, interval: percentiles(laws, ratio, alpha) } : null,
    pValue: twoSided(laws, q, Math.floor(sizeControl), Math.floor(sizeCandidate)),
  };
}

type Laws = [control: WeightedValues, candidate: WeightedValues];

function at(sorted: ArrayLike<number>, q: number): number {
  return sorted[quantileRank(sorted.length, q) - 1] as number;
}

function percentiles([control, candidate]: Laws, contrast: Contrast, alpha: number): Interval {
  const bound = (enough: (tail: { atMost: number; above: number }) => boolean) =>
    smallest(control, candidate, contrast, (v) => enough(tails(control, candidate, contrast, v)));
  return [bound((tail) => tail.atMost >= alpha / 2), bound((tail) => tail.above <= alpha / 2)];
}

function twoSided([control, candidate]: Laws, q: number, m1: number, m2: number): number {
  const notAbove = tails(control, candidate, difference, 0).atMost + q ** m1 + (1 - q) ** m2;
  const notBelow = tails(control, candidate, difference, -Number.MIN_VALUE).above + q ** m2 + (1 - q) ** m1;
  return Math.min(1, Math.max(Number.EPSILON, 2 * Math.min(notAbove, notBelow)));
}

function requireSample(sorted: ArrayLike<number>, size: number): void {
  const n = sorted.length;
  if (n === 0) throw new RangeError("quantile difference: no values");
  if (!(Number.isFinite(sorted[0]) && Number.isFinite(sorted[n - 1]))) {
    throw new RangeError("quantile difference: values must be finite");
  }
  if (!(size >= 1 && size <= n)) {
    throw new RangeError(`quantile difference: the size of ${n} values must be in [1, ${n}], got ${size}`);
  }
}
