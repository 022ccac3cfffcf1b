import { bisect } from "../distributions/bisection.ts";
import { normalQuantile } from "../distributions/normal.ts";
import { type Interval, wilson } from "./proportion.ts";
import { restrictedRates } from "./restricted-rates.ts";

export interface Counted {
  successes: number;
  /** Trials, ≥ 1. */
  n: number;
}

/**
 * Newcombe's hybrid score interval for candidate − control, two independent samples: squares and adds the distances of both
 * Wilson intervals.
 *
 *   D − √((p₁ − l₁)² + (u₂ − p₂)²),  D + √((u₁ − p₁)² + (p₂ − l₂)²)
 *
 * Source: Newcombe (1998), Stat. Med. 17:873, method 10.
 * @param alpha 1 − confidence, in (0, 1)
 * @returns bounds in [−1, 1]
 * @throws RangeError on an empty sample or impossible counts
 */
export function newcombe(control: Counted, candidate: Counted, alpha = 0.05): Interval {
  const [p2, p1] = [rateOf(control), rateOf(candidate)];
  const z = -normalQuantile(alpha / 2);
  const [l1, u1] = wilson(candidate.successes, candidate.n, z);
  const [l2, u2] = wilson(control.successes, control.n, z);
  const difference = p1 - p2;
  return [
    Math.max(-1, difference - Math.hypot(p1 - l1, u2 - p2)),
    Math.min(1, difference + Math.hypot(u1 - p1, p2 - l2)),
  ];
}

/**
 * Miettinen and Nurminen's score interval for candidate − control: every δ the score test with restricted rates keeps.
 *
 *   (D − δ)² / ( (p̃₁q̃₁/n₁ + p̃₂q̃₂/n₂) · N/(N − 1) ) ≤ z²
 *
 * Source: Miettinen and Nurminen (1985), Stat. Med. 4:213. Bounds by bisection. Ranges and errors: as `newcombe`.
 */
export function miettinenNurminen(control: Counted, candidate: Counted, alpha = 0.05): Interval {
  const rates = { control: rateOf(control), candidate: rateOf(candidate), ratio: control.n / candidate.n };
  const observed = rates.candidate - rates.control;
  const z = normalQuantile(alpha / 2);
  const total = control.n + candidate.n;
  const kept = (difference: number) => {
    const at = restrictedRates({ ...rates, difference });
    const variance = (at.candidate * (1 - at.candidate)) / candidate.n + (at.control * (1 - at.control)) / control.n;
    return (observed - difference) ** 2 <= (z * z * variance * total) / (total - 1);
  };
  return [bisect(kept, observed, -1), bisect(kept, observed, 1)];
}

function rateOf({ successes, n }: Counted): number {
  if (!(Number.isFinite(n) && n > 0 && successes >= 0 && successes <= n)) {
    throw new RangeError(`two proportions: need 0 <= successes <= n and n > 0, got ${successes} of ${n}`);
  }
  return successes / n;
}
