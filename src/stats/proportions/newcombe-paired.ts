import { normalQuantile } from "../distributions/normal.ts";
import { type PairedCounts, sizeOf } from "./paired-counts.ts";
import { type Interval, wilson } from "./proportion.ts";

/**
 * Newcombe's square-and-add interval for the difference of paired proportions (onlyCandidate − onlyControl)/n: both Wilson
 * intervals, joined through the correlation φ of the pairs with its continuity correction, without which it can collapse to [0, 0].
 *
 * Source: Newcombe (1998), Stat. Med. 17:2635, method 10.
 * @param counts pairs, at least one
 * @param alpha 1 − confidence, in (0, 1)
 * @returns bounds in [−1, 1]; φ is 0 where one side passed all or none
 * @throws RangeError on impossible counts or no pairs at all
 */
export function newcombePaired(counts: PairedCounts, alpha = 0.05): Interval {
  const n = sizeOf(counts);
  const z = -normalQuantile(alpha / 2);
  const x1 = counts.bothPass + counts.onlyCandidate;
  const x2 = counts.bothPass + counts.onlyControl;
  const [p1, p2] = [x1 / n, x2 / n];
  const [l1, u1] = wilson(x1, n, z);
  const [l2, u2] = wilson(x2, n, z);
  const phi = correlation(counts, n);
  const joined = (a: number, b: number) => Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
  const difference = (counts.onlyCandidate - counts.onlyControl) / n;
  return [Math.max(-1, difference - joined(p1 - l1, u2 - p2)), Math.min(1, difference + joined(u1 - p1, p2 - l2))];
}

/** φ with numerator max(eh − fg − n/2, 0) where eh > fg, as it is otherwise. */
function correlation({ bothPass: e, onlyControl: g, onlyCandidate: f, neither: h }: PairedCounts, n: number): number {
  const margins = (e + f) * (g + h) * (e + g) * (f + h);
  if (margins === 0) return 0;
  const raw = e * h - f * g;
  return (raw > 0 ? Math.max(raw - n / 2, 0) : raw) / Math.sqrt(margins);
}
