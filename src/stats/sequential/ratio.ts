import type { ProcessSettings } from "./canary-engine.ts";

/**
 * How often, or how much, values of a candidate are above a multiple of the control's, as scores in [0, 1] whose means the engine compares:
 *
 * - p95: the control's Y_b = 1[x < t] + θ 1[x = t] with t its p95, so that E Y_b = .95 whatever the ties; the candidate's
 *   Y_c = 1[x ≤ r t]. At t, E Y_b − E Y_c ≤ 0 exactly where its p95 is at most r times the control's; where it is the control's values times
 *   any factor, at every t.
 * - mean: Y_b = 1 − min(x, W)/W and Y_c = 1 − min(x/r, W)/W with W the control's p99.5, at least twice its mean. E Y_b − E Y_c ≤ 0 exactly where the candidate's mean
 *   is at most r times the control's, both of values cut at W and r W.
 *
 * Source: stats/SPEC section 5b, S4 (exceedances of a predictable threshold).
 */
export interface RatioPoint {
  of: "p95" | "mean";
  /** t or W, in the values' unit; at least 0. */
  at: number;
  /** What a value of the control that equals t scores; in [0, 1]. */
  tie: number;
  /** Mean score of the values it was made of; in [0, 1]. */
  mean: number;
  /** Share of their sum that is above W and so in no comparison; 0 of a p95. */
  cut: number;
}

const P95 = 0.95;
const CUT_AT = 0.995;
/** Where all values are nearly the same, more than a p99.5 of them would be cut just where the candidate's begin to be too many. */
const LEAST_CUT = 2;

/** The control's p95, or where its values are cut. @param values at least one, at least 0, in any order */
export function ratioPoint(of: RatioPoint["of"], values: readonly number[]): RatioPoint {
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] as number;
  const sum = sorted.reduce((total, value) => total + value, 0);
  const at = of === "p95" ? quantile(P95) : Math.max(quantile(CUT_AT), (LEAST_CUT * sum) / sorted.length);
  if (of === "p95" || at === 0) return { of, at, tie: tieAt(sorted, at), mean: P95, cut: 0 };
  const within = sorted.reduce((total, value) => total + Math.min(value, at), 0);
  return { of, at, tie: 0, mean: 1 - within / at / sorted.length, cut: 1 - within / sum };
}

/** What values that equal t must score for a mean of .95. */
function tieAt(sorted: readonly number[], at: number): number {
  const below = sorted.filter((value) => value < at).length;
  const equal = sorted.filter((value) => value === at).length;
  return Math.min(1, Math.max(0, (P95 * sorted.length - below) / equal));
}

/** Where values are cut at nothing, all that can be compared is whether they are more. */
function isShare({ of, at }: RatioPoint): boolean {
  return of === "p95" || at === 0;
}

export function controlScore(point: RatioPoint, value: number): number {
  const { at, tie } = point;
  if (isShare(point)) return value === at ? tie : Number(value < at);
  return 1 - Math.min(value, at) / at;
}

/** @param ratio r, above 0 */
export function candidateScore(point: RatioPoint, value: number, ratio: number): number {
  const multiple = multipleOf(point, value, ratio);
  return isShare(point) ? Number(multiple <= 1) : 1 - Math.min(multiple, 1);
}

/**
 * Bets on a share of 5 % above the point that becomes 5.5, 6, 7 or 9, or that is less; on a mean that is a twelfth to a half above the
 * limit, or a sixth and less below. They change the power, never the guarantee.
 */
export function ratioSettings({ of, mean }: Pick<RatioPoint, "of" | "mean">): { harm: ProcessSettings; safe: ProcessSettings } {
  const bets = BETS[of];
  const size = of === "p95" ? 1 : 1 - mean;
  const settings = (kind: ProcessSettings["kind"], effects: readonly number[]): ProcessSettings => ({
    ...{ kind, bound: 0, effects: effects.map((effect) => effect * size), prior: { mean, weight: PRIOR_WEIGHT } },
  });
  return { harm: settings("harm", bets.harm), safe: settings("non-inferiority", bets.safe) };
} // prettier-ignore

const PRIOR_WEIGHT = 100;
const BETS = {
  p95: { harm: [0.005, 0.01, 0.02, 0.04], safe: [0.005, 0.012, 0.02] },
  mean: { harm: [0.06, 0.12, 0.25, 0.5], safe: [0.04, 0.1, 0.167] },
};

/** Edges of bins are powers of this: 2 % near the limit, 8 % beyond four fifths and one and a half times it. */
export const GRID_STEP = 1.02;
const COARSE = 4;
const [FINE_FROM, FINE_TO] = [-12, 20] as const;
/** About two fifths of r, and five times r. */
export const LOWEST_BIN = -44;
export const HIGHEST_BIN = 80;

/** All bins, in rising order. */
export const BINS: readonly number[] = Array.from({ length: HIGHEST_BIN - LOWEST_BIN + 1 }, (_, i) => LOWEST_BIN + i).filter((bin) => rounded(bin) === bin); // prettier-ignore

/** The next edge at or above a power of the step. */
function rounded(power: number): number {
  return power < FINE_FROM || power > FINE_TO ? COARSE * Math.ceil(power / COARSE) : power;
}

/** A candidate's value in multiples of r times the point; 0 where the point is 0 and the value is not above it. */
export function multipleOf({ at }: RatioPoint, value: number, ratio: number): number {
  if (at === 0) return value <= 0 ? 0 : Number.MAX_VALUE;
  return value / ratio / at;
}

/** The bin of a multiple u: the least k of {@link BINS} with u ≤ 1.02^k, so that values up to k are at most r 1.02^k times the point. */
export function binOf(multiple: number): number {
  const power = Math.ceil(Math.log(multiple) / Math.log(GRID_STEP));
  // At the limit itself the scores and the bins must say the same.
  const exact = multiple <= 1 ? Math.min(0, power) : Math.max(1, power);
  return Math.min(HIGHEST_BIN, Math.max(LOWEST_BIN, rounded(exact)));
}
