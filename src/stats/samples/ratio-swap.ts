import type { OpenInterval } from "../proportions/proportion.ts";
import { signFlip } from "./sign-flip.ts";

/** What a cluster cost in one arm, and how often it succeeded. */
export interface Spent {
  cost: number;
  success: number;
}

export interface RatioSwap {
  /** Candidate / control of Σ cost / Σ success. */
  estimate: number;
  interval: OpenInterval;
  /** Two-sided, for a ratio of 1. */
  pValue: number;
  /** Clusters whose arms differ. */
  differing: number;
}

/** Where an end is looked for: factors of the estimate up to e^30. */
const FARTHEST = 30;
const CLOSE = 1e-8;
const ROUNDING = 1e-12;

/**
 * Ratio of two arms' costs per success over the clusters they share, by swapping the arms of whole clusters. With the cost per success of
 * both arms together, R = Σ (c₁ + c₂) / Σ (y₁ + y₂), which no swap changes,
 *
 *   d = (c₂ − R y₂) − (c₁ − R y₁) a cluster,   Σ d = 0 where both cost R,   p = the sign-flip p of the d (sign-flip.ts)
 *
 * Exact where a cluster's two arms may be exchanged, however heavy the tails of the costs are: no variance is estimated, as the delta
 * method must. The interval has the ratios ρ at which the test of (c₂/ρ, y₂) against (c₁, y₁) does not reject; an end that no ratio
 * reaches is null.
 *
 * Source: as `quantileSwap`; ratio and residuals: Cochran (1977), Sampling Techniques, 3rd ed., §6.3; the pairing of Fieller (1954).
 * @param control, candidate the same clusters in the same order
 * @returns null where an arm has no success or no cost
 * @throws RangeError where the arms have not the same clusters
 */
export function ratioSwap(control: readonly Spent[], candidate: readonly Spent[], alpha = 0.05): RatioSwap | null {
  if (control.length !== candidate.length) {
    throw new RangeError(`ratio swap: arms need the same clusters, got ${control.length} and ${candidate.length}`);
  }
  const [one, other] = [summed(control), summed(candidate)];
  if (one.success === 0 || other.success === 0 || one.cost === 0 || other.cost === 0) return null;
  const estimate = other.cost / other.success / (one.cost / one.success);
  const totals = (ratio: number) => totalsOf(control, candidate, (one.cost + other.cost / ratio) / (one.success + other.success), ratio); // prettier-ignore
  const rejects = (log: number) => signFlip(totals(estimate * Math.exp(log))) < alpha;
  const found = totals(1);
  return {
    estimate,
    interval: [endOf(estimate, -1, rejects), endOf(estimate, 1, rejects)],
    pValue: signFlip(found),
    differing: found.filter((d) => d !== 0).length,
  };
}

/** The end on one side of the estimate, where nothing is rejected; null where the farthest ratio is not rejected either. */
function endOf(estimate: number, side: 1 | -1, rejects: (log: number) => boolean): number | null {
  let [inside, outside] = [0, CLOSE];
  while (!rejects(side * outside)) {
    if (outside >= FARTHEST) return null;
    [inside, outside] = [outside, Math.min(FARTHEST, Math.max(2 * outside, STEP))];
  }
  while (outside - inside > CLOSE) {
    const middle = (inside + outside) / 2;
    if (rejects(side * middle)) outside = middle;
    else inside = middle;
  }
  // Arms that do not vary at all have the estimate itself.
  return inside === 0 ? estimate : estimate * Math.exp(side * outside);
}

/** The first step away from the estimate: 2⁻¹⁰. */
const STEP = 1 / 1024;

function totalsOf(control: readonly Spent[], candidate: readonly Spent[], price: number, ratio: number): Float64Array {
  const totals = new Float64Array(control.length);
  for (let i = 0; i < totals.length; i++) {
    const [before, after] = [control[i] as Spent, candidate[i] as Spent];
    const cost = after.cost / ratio;
    const total = cost - before.cost - price * (after.success - before.success);
    const size = cost + before.cost + price * (after.success + before.success);
    totals[i] = Math.abs(total) <= ROUNDING * size ? 0 : total;
  }
  return totals;
}

function summed(arm: readonly Spent[]): Spent {
  return arm.reduce((sum, { cost, success }) => ({ cost: sum.cost + cost, success: sum.success + success }), {
    cost: 0,
    success: 0,
  });
}
