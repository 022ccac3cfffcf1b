import { normalQuantile, normalSurvival } from "../distributions/normal.ts";
import type { Interval } from "../proportions/proportion.ts";

/** Sums over clusters (cases) of a cost and what it bought; add clusters one by one, so memory stays flat. */
export interface RatioSums {
  clusters: number;
  cost: number;
  success: number;
  /** Σ c², Σ c·y, Σ y² over the clusters' totals. */
  costSquares: number;
  products: number;
  successSquares: number;
}

/** Sums of products between the arms, over the clusters both have: what pairing is worth. */
export interface PairSums {
  costs: number;
  costSuccess: number;
  successCost: number;
  successes: number;
}

export interface RatioEstimate {
  estimate: number;
  /** Delta-method standard error. */
  error: number;
  /** From log(estimate), so it stays positive. */
  interval: Interval;
}

export function emptyRatio(): RatioSums {
  return { clusters: 0, cost: 0, success: 0, costSquares: 0, products: 0, successSquares: 0 };
}

/** Adds one cluster: the cost of all its trials and how many of them succeeded. */
export function addRatio(sums: RatioSums, cost: number, success: number): void {
  if (!(cost >= 0 && success >= 0 && Number.isFinite(cost) && Number.isFinite(success))) {
    throw new RangeError(`ratio: cost and success must be >= 0, got ${cost} and ${success}`);
  }
  sums.clusters += 1;
  sums.cost += cost;
  sums.success += success;
  sums.costSquares += cost * cost;
  sums.products += cost * success;
  sums.successSquares += success * success;
}

export function emptyPairs(): PairSums {
  return { costs: 0, costSuccess: 0, successCost: 0, successes: 0 };
}

/** Adds one cluster that both arms have (to be added to each arm's sums too). */
export function addPair(sums: PairSums, control: [cost: number, success: number], candidate: [number, number]): void {
  sums.costs += control[0] * candidate[0];
  sums.costSuccess += control[0] * candidate[1];
  sums.successCost += control[1] * candidate[0];
  sums.successes += control[1] * candidate[1];
}

/**
 * Ratio of two sums, cost per success R = Σc / Σy, with the delta method over clusters:
 *
 *   Var(R) = C/(C−1) · Σ (c − R y)² / (Σy)²  =  (s_c² − 2R s_cy + R² s_y²) / (n ȳ²)
 *
 * and R · exp(± z √Var(R) / R) as interval. Source: Cochran (1977), Sampling Techniques, 3rd ed., §6.3–6.4; by clusters: Deng,
 * Knoblich, Lu (2018), KDD. Units: those of the cost per success.
 *
 * Edges: no success → null: undefined, which blocks a promotion. One cluster → null. No cost → 0 with the interval [0, 0].
 */
export function ratioOfSums(sums: RatioSums, alpha = 0.05): RatioEstimate | null {
  const spread = relativeVariance(sums);
  if (spread === null) return null;
  const estimate = sums.cost / sums.success;
  const factor = Math.exp(quantileFor(alpha) * Math.sqrt(spread));
  return { estimate, error: estimate * Math.sqrt(spread), interval: [estimate / factor, estimate * factor] };
}

/**
 * Ratio of two arms' ratios of sums: z test and interval of log R_candidate − log R_control, whose variance is the sum of
 * the arms' Var(R)/R², less twice their covariance where clusters are paired.
 *
 * Source: as `ratioOfSums`; pairing by the same linearisation, (c − R y)/Σc a cluster.
 * @param pairs over all clusters of both arms; without it the arms are independent
 * @returns estimate R_candidate / R_control, its interval, the error on the log scale, and p two-sided; null where an arm has
 *   fewer than two clusters, no success or no cost
 */
export function ratioOfRatios(
  control: RatioSums,
  candidate: RatioSums,
  { alpha = 0.05, pairs }: { alpha?: number; pairs?: PairSums } = {},
): (RatioEstimate & { pValue: number }) | null {
  const spreads = [relativeVariance(control), relativeVariance(candidate)];
  if (spreads[0] == null || spreads[1] == null || control.cost === 0 || candidate.cost === 0) return null;
  const r1 = control.cost / control.success;
  const r2 = candidate.cost / candidate.success;
  const shared = pairs === undefined ? 0 : covariance(control, candidate, pairs);
  const error = Math.sqrt(Math.max(0, spreads[0] + spreads[1] - 2 * shared));
  const log = Math.log(r2 / r1);
  const factor = Math.exp(quantileFor(alpha) * error);
  const pValue = error === 0 ? Number(log === 0) : Math.min(1, 2 * normalSurvival(Math.abs(log) / error));
  return { estimate: r2 / r1, error, interval: [r2 / r1 / factor, (r2 / r1) * factor], pValue };
}

/** Var(R)/R²: the variance of log R. 0 where nothing was paid. */
function relativeVariance(sums: RatioSums): number | null {
  const { clusters, cost, success } = sums;
  if (clusters < 2 || success === 0) return null;
  if (cost === 0) return 0;
  const r = cost / success;
  const residuals = sums.costSquares - 2 * r * sums.products + r * r * sums.successSquares;
  return ((clusters / (clusters - 1)) * Math.max(0, residuals)) / (cost * cost);
}

function covariance(control: RatioSums, candidate: RatioSums, pairs: PairSums): number {
  if (control.clusters !== candidate.clusters) {
    throw new RangeError(
      `ratio: paired arms need the same clusters, got ${control.clusters} and ${candidate.clusters}`,
    );
  }
  const r1 = control.cost / control.success;
  const r2 = candidate.cost / candidate.success;
  const products = pairs.costs - r2 * pairs.costSuccess - r1 * pairs.successCost + r1 * r2 * pairs.successes;
  return ((control.clusters / (control.clusters - 1)) * products) / (control.cost * candidate.cost);
}

function quantileFor(alpha: number): number {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`ratio: alpha must be in (0, 1), got ${alpha}`);
  return normalQuantile(1 - alpha / 2);
}
