import { normalQuantile } from "../distributions/normal.ts";
import { type NormalTest, powerOfTest, type Sides, sizeOfTest, smallestEffect } from "./normal-test.ts";

/** `connor`: McNemar's test with the variance of the alternative; `miettinen`: its finer approximation. */
export type PairedMethod = "connor" | "miettinen";

/** Cases that are run once on both sides. */
export interface PairedPlan {
  /** ψ: share of cases on which the two sides differ, in (0, 1]; estimated from runs, never assumed. */
  discordance: number;
  /** Difference of the success rates to find, |difference| ≤ ψ. */
  difference: number;
}

/**
 * Cases for a paired comparison by Connor's formula, not rounded: (z_α √ψ + z_power √(ψ − d²))² / d².
 * Source: Connor (1987), Biometrics 43:207.
 * @returns Infinity without a difference
 * @throws RangeError unless 0 < |difference| ≤ discordance ≤ 1, or on levels `sizeOfTest` refuses
 */
export function connorSize(plan: PairedPlan & { alpha: number; power: number; sides: Sides }): number {
  return sizeOfTest(pairedTest("connor", plan), plan);
}

/**
 * The same by Miettinen's formula: (z_α ψ + z_power √(ψ² − d²(3 + ψ)/4))² / (ψ d²).
 * Source: Miettinen (1968), Biometrics 24:339.
 */
export function miettinenSize(plan: PairedPlan & { alpha: number; power: number; sides: Sides }): number {
  return sizeOfTest(pairedTest("miettinen", plan), plan);
}

/** Power of the paired comparison with that many cases; source and errors as `connorSize` and `miettinenSize`. */
export function pairedPower(
  plan: PairedPlan & { cases: number; alpha: number; sides: Sides },
  method: PairedMethod = "connor",
): number {
  return powerOfTest(pairedTest(method, plan), plan.cases, plan);
}

/**
 * Smallest difference that many cases show with the stated power. A difference takes at least as many discordant cases: where it
 * exceeds ψ, ψ grows with it.
 * @returns null when not even a difference of 1 is found
 */
export function pairedEffect(
  plan: { discordance: number; cases: number; alpha: number; power: number; sides: Sides },
  method: PairedMethod = "connor",
): number | null {
  const powerAt = (difference: number) =>
    pairedPower({ ...plan, difference, discordance: Math.max(plan.discordance, difference) }, method);
  return smallestEffect(powerAt, 1, plan.power);
}

/**
 * Cases that bound a difference where none of them changes, not rounded: without a discordant pair Tango's interval is
 * ±z²/(n + z²), which lies within ±difference from n = z²(1/difference − 1) on, z = z_{1−α/2}.
 * Source: Tango (1998), Stat. Med. 17:891, at b = c = 0.
 * @param difference the margin, in (0, 1)
 * @param alpha 1 − confidence of the two-sided interval, in (0, 1)
 * @returns > 0; grows without end as the margin shrinks
 * @throws RangeError on a margin or an alpha outside (0, 1)
 */
export function unchangedSize({ difference, alpha }: { difference: number; alpha: number }): number {
  if (!(difference > 0 && difference < 1)) throw new RangeError(`need a difference in (0, 1), got ${difference}`);
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`need alpha in (0, 1), got ${alpha}`);
  return normalQuantile(alpha / 2) ** 2 * (1 / difference - 1);
}

function pairedTest(method: PairedMethod, { discordance, difference }: PairedPlan): NormalTest {
  const d = Math.abs(difference);
  if (!(discordance > 0 && discordance <= 1 && d <= discordance)) {
    throw new RangeError(
      `need |difference| <= discordance and discordance in (0, 1], got ${difference}, ${discordance}`,
    );
  }
  const psi = discordance;
  if (method === "connor") return { effect: d, sdNull: Math.sqrt(psi), sdAlternative: Math.sqrt(psi - d * d) };
  const variance = Math.max(0, psi * psi - (d * d * (3 + psi)) / 4);
  return { effect: d * Math.sqrt(psi), sdNull: psi, sdAlternative: Math.sqrt(variance) };
}

/** What makes the per-case differences of two runs vary; estimated from runs, never assumed. */
export interface CaseVariances {
  /** ω²: variance between cases of the true per-case differences, ≥ 0. */
  omega2: number;
  /** σ²: mean variance of one trial around its case's rate, ≥ 0. */
  sigma2Control: number;
  sigma2Candidate: number;
  /** Trials of each case, ≥ 1. */
  trialsControl: number;
  trialsCandidate: number;
}

/**
 * Cases for a paired comparison of means over trials, not rounded:
 *
 *   n = (z_{1−α/s} + z_power)² (ω² + σ²_A/K_A + σ²_B/K_B) / δ²
 *
 * Source: Miller (2024), arXiv 2411.00640 §5, eq. 9.
 * @returns Infinity without a difference; 0 when nothing varies
 * @throws RangeError on negative variances, trials below 1, or levels `sizeOfTest` refuses
 */
export function millerSize(
  plan: CaseVariances & { difference: number; alpha: number; power: number; sides: Sides },
): number {
  return sizeOfTest(millerTest(plan, plan.difference), plan);
}

/** Power with that many cases; source and errors as `millerSize`. */
export function millerPower(
  plan: CaseVariances & { difference: number; cases: number; alpha: number; sides: Sides },
): number {
  return powerOfTest(millerTest(plan, plan.difference), plan.cases, plan);
}

/** Smallest difference that many cases show: (z_{1−α/s} + z_power) √(variance/n), the size turned round; may exceed 1. */
export function millerEffect(
  plan: CaseVariances & { cases: number; alpha: number; power: number; sides: Sides },
): number {
  return Math.sqrt(sizeOfTest(millerTest(plan, 1), plan) / plan.cases);
}

/** Variance of one case's difference of means: ω² + σ²_A/K_A + σ²_B/K_B. */
export function caseVariance(v: CaseVariances): number {
  const variances = [v.omega2, v.sigma2Control, v.sigma2Candidate];
  if (!(variances.every((x) => x >= 0 && Number.isFinite(x)) && v.trialsControl >= 1 && v.trialsCandidate >= 1)) {
    throw new RangeError(
      `need variances >= 0 and trials >= 1, got ${variances.join(", ")}, ${v.trialsControl}, ${v.trialsCandidate}`,
    );
  }
  return v.omega2 + v.sigma2Control / v.trialsControl + v.sigma2Candidate / v.trialsCandidate;
}

function millerTest(variances: CaseVariances, effect: number): NormalTest {
  const sd = Math.sqrt(caseVariance(variances));
  return { effect, sdNull: sd, sdAlternative: sd };
}
