import { bisect } from "../distributions/bisection.ts";
import { normalQuantile } from "../distributions/normal.ts";
import { type PairedCounts, sizeOf } from "./paired-counts.ts";
import type { Interval } from "./proportion.ts";

/**
 * Tango's score interval for the difference of paired proportions (onlyCandidate − onlyControl)/n: every δ its score test keeps.
 *
 *   (c − b − nδ)² ≤ z² n (2 q̃ + δ(1 − δ)),   q̃ = (√(B² − 4AC) − B)/2A,
 *   A = 2n, B = −b − c + (2n − c + b)δ, C = −bδ(1 − δ);   b = onlyControl, c = onlyCandidate
 *
 * Source: Tango (1998), Stat. Med. 17:891. Bounds by bisection.
 * @param counts pairs, at least one
 * @param alpha 1 − confidence, in (0, 1)
 * @returns bounds in [−1, 1]; with no discordant pair an interval around 0 that shrinks with n, never [0, 0]
 * @throws RangeError on impossible counts or no pairs at all
 */
export function tango(counts: PairedCounts, alpha = 0.05): Interval {
  const n = sizeOf(counts);
  const { onlyControl: b, onlyCandidate: c } = counts;
  const z = normalQuantile(alpha / 2);
  const observed = (c - b) / n;
  const kept = (delta: number) => {
    const A = 2 * n;
    const B = -b - c + (2 * n - c + b) * delta;
    const C = -b * delta * (1 - delta);
    const q = (Math.sqrt(Math.max(0, B * B - 4 * A * C)) - B) / (2 * A);
    return (c - b - n * delta) ** 2 <= z * z * n * (2 * q + delta * (1 - delta));
  };
  return [bisect(kept, observed, -1), bisect(kept, observed, 1)];
}
