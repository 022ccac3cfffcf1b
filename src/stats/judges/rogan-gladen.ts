import { normalQuantile } from "../distributions/normal.ts";
import type { Interval } from "../proportions/proportion.ts";

/** `hits` of `n`, not necessarily whole: an effective sample size is welcome. */
export interface Share {
  hits: number;
  n: number;
}

/**
 * The true rate of passes behind the rate a judge reports, given how often the judge recognises a pass (sensitivity) and a
 * fail (specificity):
 *
 *   θ = (p + sp − 1)/(se + sp − 1)
 *
 * with Lang and Reiczigel's interval: after adding z²/2 hits and z² trials to p, and 1 hit and 2 trials to se and sp,
 *
 *   θ' + d ± z √( p'(1−p')/n' + θ'² se'(1−se')/n₁' + (1−θ')² sp'(1−sp')/n₀' ) / (se' + sp' − 1)
 *   d = 2z² ( θ' se'(1−se')/n₁' − (1−θ') sp'(1−sp')/n₀' ),  capped to [0, 1]
 *
 * Source: Rogan and Gladen (1978), Am. J. Epidemiol. 107:71; Lang and Reiczigel (2014), Prev. Vet. Med. 113:13.
 * @param apparent passes by the judge
 * @param sensitivity of what people passed, what the judge passed
 * @param specificity of what people failed, what the judge failed
 * @returns θ and interval in [0, 1]; null where se + sp ≤ 1, before or after the additions: a judge no better than chance
 *   says nothing about θ
 * @throws RangeError unless 0 ≤ hits ≤ n and n > 0 in all three
 */
export function roganGladen(
  apparent: Share,
  sensitivity: Share,
  specificity: Share,
  alpha = 0.05,
): { estimate: number; interval: Interval } | null {
  for (const share of [apparent, sensitivity, specificity]) requireShare(share);
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`Rogan-Gladen: alpha must be in (0, 1), got ${alpha}`);
  const [p, se, sp] = [rate(apparent), rate(sensitivity), rate(specificity)];
  const interval = langReiczigel(apparent, sensitivity, specificity, normalQuantile(1 - alpha / 2));
  if (se + sp <= 1 || interval === null) return null;
  return { estimate: unit((p + sp - 1) / (se + sp - 1)), interval };
}

function langReiczigel(apparent: Share, sensitivity: Share, specificity: Share, z: number): Interval | null {
  const tested = { hits: apparent.hits + (z * z) / 2, n: apparent.n + z * z };
  const [se1, sp1] = [sensitivity, specificity].map(({ hits, n }) => ({ hits: hits + 1, n: n + 2 })) as [Share, Share];
  const [p, se, sp] = [rate(tested), rate(se1), rate(sp1)];
  const power = se + sp - 1;
  if (power <= 0) return null;
  const theta = (p + sp - 1) / power;
  const [ofSe, ofSp] = [(se * (1 - se)) / se1.n, (sp * (1 - sp)) / sp1.n];
  const shift = 2 * z * z * (theta * ofSe - (1 - theta) * ofSp);
  const variance = (p * (1 - p)) / tested.n + theta * theta * ofSe + (1 - theta) ** 2 * ofSp;
  const half = (z * Math.sqrt(variance)) / power;
  return [unit(theta + shift - half), unit(theta + shift + half)];
}

function rate({ hits, n }: Share): number {
  return hits / n;
}

function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function requireShare({ hits, n }: Share): void {
  if (!(n > 0 && Number.isFinite(n) && hits >= 0 && hits <= n)) {
    throw new RangeError(`Rogan-Gladen: need 0 <= hits <= n and n > 0, got ${hits} of ${n}`);
  }
}
