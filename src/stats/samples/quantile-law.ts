import { regularizedBeta } from "../distributions/beta.ts";
import type { WeightedValues } from "./difference-law.ts";

/** Ranks with less probability than this on their outer side carry nothing a p-value or an interval can show. */
const NOTHING = 1e-20;
/** Enough for every rank that carries mass in a sample of 700,000 at any q. */
const MOST_POINTS = 8192;

/**
 * Exact bootstrap law of a sample quantile (type 1, the value of rank ⌈mq⌉) without resampling: with m values drawn
 * with replacement from the n sorted ones,
 *
 *   P(Q* ≤ x₍ⱼ₎) = P(Bin(m, j/n) ≥ ⌈mq⌉) = I_{j/n}(⌈mq⌉, m − ⌈mq⌉ + 1)
 *
 * Source: Maritz and Jarrett (1978), JASA 73:194; Efron (1979), Ann. Statist. 7:1 §3.
 * @param sorted n ≥ 1 values, ascending
 * @param q in (0, 1)
 * @param size m, the sample size the values are worth (trials of one case are not independent); its whole part counts
 * @returns the values that carry mass. Beyond 8,192 of them (m far below n) neighbouring ranks share one point.
 */
export function quantileLaw(sorted: ArrayLike<number>, q: number, size: number): WeightedValues {
  const n = sorted.length;
  const m = Math.max(1, Math.floor(size));
  const rank = quantileRank(m, q);
  const below = (j: number) => regularizedBeta(j / n, rank, m - rank + 1);
  const above = (j: number) => regularizedBeta(1 - j / n, m - rank + 1, rank);
  // Ranks first + 1 … last carry the mass.
  const first = boundary(n, (j) => below(j) >= NOTHING) - 1;
  const last = boundary(n, (j) => above(j) <= NOTHING);
  const step = Math.max(1, Math.ceil((last - first) / MOST_POINTS));
  const points = Math.ceil((last - first) / step);
  const values = new Float64Array(points);
  const [weights, upTo, from] = [new Float64Array(points), new Float64Array(points + 1), new Float64Array(points + 1)];
  from[0] = 1;
  for (let i = 0; i < points; i++) {
    const start = first + i * step;
    const end = Math.min(last, start + step);
    values[i] = sorted[Math.ceil((start + end + 1) / 2) - 1] as number;
    upTo[i + 1] = i === points - 1 ? 1 : below(end);
    from[i + 1] = i === points - 1 ? 0 : above(end);
    // The difference of the two smaller numbers, so that a tail keeps its digits.
    weights[i] =
      (upTo[i + 1] as number) < 0.5
        ? (upTo[i + 1] as number) - (upTo[i] as number)
        : (from[i] as number) - (from[i + 1] as number);
  }
  return { values, weights, upTo, from };
}

/** ⌈nq⌉, at least 1: 0.95 · 20 is 19 and not the 20 that rounding up its last bit would make it. */
export function quantileRank(n: number, q: number): number {
  return Math.min(n, Math.max(1, Math.ceil(n * q - 1e-9)));
}

/** The smallest j in 1…n for which `holds` (true from some j on); n where it never does. */
function boundary(n: number, holds: (j: number) => boolean): number {
  let low = 0;
  let high = n;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
