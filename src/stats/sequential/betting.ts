import type { ArmTotals, CanaryBatch } from "./canary-batch.ts";

/** Means of the outcome that were predicted before the arrivals came; in (0, 1). */
export interface Means {
  control: number;
  candidate: number;
}

/** The value of X for the outcomes 0 and 1 of an arm; X is linear in between. */
type Ends = readonly [number, number];
export type Scores = { control: Ends; candidate: Ends };

/** A bet that D = p_control − p_candidate is more (side 1) or less (side −1) than `at`. */
export interface Claim {
  side: 1 | -1;
  at: number;
}

/** No outcome takes more than this share of the wealth: every factor stays ≥ 0.1. */
const LARGEST_LOSS = 0.9;

/**
 * The unbiased score of one arrival, for both outcomes of both arms:
 *
 *   X = (m_b − m_c) + (1 − A)(Y − m_b)/(1 − π) − A (Y − m_c)/π,   E[X | past] = p_b − p_c
 *
 * for any m_b, m_c known before, any drift of the outcomes and any change of π between arrivals.
 *
 * Source: Robins, Rotnitzky and Zhao (1994), JASA 89:846 (augmented inverse probability weighting).
 * @param weight π, the candidate's probability, in (0, 1)
 */
export function aipwScores(weight: number, { control, candidate }: Means): Scores {
  const between = control - candidate;
  return {
    control: [between - control / (1 - weight), between + (1 - control) / (1 - weight)],
    candidate: [between + candidate / weight, between - (1 - candidate) / weight],
  };
}

/** Largest variance of X for outcomes in [0, 1] with these means: m_c(1 − m_c)/π + m_b(1 − m_b)/(1 − π). */
export function aipwVariance(weight: number, { control, candidate }: Means): number {
  return (candidate * (1 - candidate)) / weight + (control * (1 - control)) / (1 - weight);
}

/** λ = effect / V, the growth-optimal bet on that effect to second order; capped so that no factor 1 ± λ(X − at) is below 0.1. */
export function betSize(effect: number, variance: number, scores: Scores, { side, at }: Claim): number {
  const worst = Math.min(...[...scores.control, ...scores.candidate].map((x) => side * (x - at)));
  const size = effect / variance;
  return worst < 0 ? Math.min(size, LARGEST_LOSS / -worst) : size;
}

/** Σ ln(1 ± λ(X − at)) over the arrivals of a batch; where outcomes are fractions, a lower bound of it. */
export function logWealth(batch: CanaryBatch, scores: Scores, { side, at }: Claim, size: number): number {
  const bet = ([zero, one]: Ends): Ends => [size * side * (zero - at), size * side * (one - at)];
  return armLogWealth(batch.control, bet(scores.control)) + armLogWealth(batch.candidate, bet(scores.candidate));
}

/**
 * Σ f(Y) with f(y) = ln(a + b y), f(0) and f(1) known, from n, ΣY and ΣY² alone:
 *
 *   Σ f(Y) ≥ (n − ΣY) f(0) + ΣY f(1) + c (ΣY − ΣY²),   c = min( f'(0) − (f(1) − f(0)), (f(1) − f(0)) − f'(1) ) ≥ 0
 *
 * Equal where every Y is 0 or 1. Proof: f(y) minus its chord is −f[0, 1, y] y(1 − y), and the divided difference is monotone in y as
 * f''' has one sign, so that its extreme is at an end. A wealth that is never above the true one keeps its guarantee.
 */
export function armLogWealth({ n, sum, squares = sum }: ArmTotals, [zero, one]: Ends): number {
  const [low, high, slope] = [Math.log1p(zero), Math.log1p(one), one - zero];
  const chord = (n - sum) * low + sum * high;
  if (squares >= sum) return chord;
  const bend = Math.min(slope / (1 + zero) - (high - low), high - low - slope / (1 + one));
  return chord + Math.max(0, bend) * (sum - squares);
}
