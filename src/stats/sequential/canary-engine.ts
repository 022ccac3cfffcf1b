import { aipwScores, aipwVariance, betSize, type Claim, logWealth, type Means, type Scores } from "./betting.ts";
import { type CanaryBatch, checkBatch } from "./canary-batch.ts";
import { logMeanExp } from "../distributions/log-mean.ts";

/** What is tested, and what is known before the first arrival. Everything in units of the outcome, which is in [0, 1]. */
export interface ProcessSettings {
  /** harm rejects D ≤ bound, non-inferiority rejects D ≥ bound, with D = p_control − p_candidate. */
  kind: "harm" | "non-inferiority";
  /** The tolerance of harm, or the margin of non-inferiority. */
  bound: number;
  /** The differences that are bet on, in equal shares. */
  effects: readonly number[];
  /** The control's mean so far, and how many arrivals it counts for. They change the power, never the guarantee. */
  prior: { mean: number; weight: number };
}

/** The evidence so far: plain data, so that a store can keep it and replay the batches to the same numbers. */
export interface CanaryProcess {
  settings: ProcessSettings;
  control: { n: number; sum: number };
  candidate: { n: number; sum: number };
  /** ln K of each bet. */
  logWealth: readonly number[];
  /** The largest ln E at any look so far; at least 0, the start. */
  peak: number;
}

const PRIOR_WEIGHT = 100;

/**
 * Bets for harm: on half, once, twice and four times the difference that matters.
 * @param mde in (0, 1); @param priorMean the control's history; @param tolerance harm that is accepted, in [0, 1)
 */
export function harmSettings(mde: number, priorMean: number, tolerance = 0): ProcessSettings {
  const effects = [0.5, 1, 2, 4].map((times) => mde * times);
  return { kind: "harm", bound: tolerance, effects, prior: { mean: priorMean, weight: PRIOR_WEIGHT } };
}

/** Bets for non-inferiority: on 0.35, 0.7 and the whole of the margin. @param margin in (0, 1) */
export function nonInferioritySettings(margin: number, priorMean: number): ProcessSettings {
  const effects = [0.35, 0.7, 1].map((times) => margin * times);
  return { kind: "non-inferiority", bound: margin, effects, prior: { mean: priorMean, weight: PRIOR_WEIGHT } };
}

/** The process before the first arrival: E = 1. Throws RangeError on settings that cannot be. */
export function emptyProcess(settings: ProcessSettings): CanaryProcess {
  const { bound, effects, prior } = settings;
  if (!(bound >= 0 && bound < 1)) throw new RangeError(`a tolerance or margin must be in [0, 1), got ${bound}`);
  if (effects.length === 0 || !effects.every((effect) => effect > 0 && Number.isFinite(effect))) {
    throw new RangeError(`effects must be positive and at least one, got ${effects.join(", ")}`);
  }
  if (!(prior.mean >= 0 && prior.mean <= 1 && prior.weight > 0 && Number.isFinite(prior.weight))) {
    throw new RangeError(`the prior needs a mean in [0, 1] and a positive weight, got ${prior.mean}, ${prior.weight}`);
  }
  const none = { n: 0, sum: 0 };
  return { settings, control: none, candidate: none, logWealth: effects.map(() => 0), peak: 0 };
}

/**
 * The process after a batch: K_j is multiplied by 1 ± λ_j(X − bound) for every arrival, with means and λ from earlier batches only.
 * Arrivals at weight 0 or 1 are not comparable: nothing is bet on them, but they teach the means.
 *
 * E = mean_j K_j is a supermartingale from 1 under the hypothesis, so P(E ever ≥ 1/α) ≤ α (Ville 1939), however often one looks and
 * however the weight and the control's rate move.
 *
 * Source: Waudby-Smith and Ramdas (2024), JRSS B 86:1 (betting); Ramdas et al. (2023), Statist. Sci. 38:576.
 * @throws RangeError on an impossible batch
 */
export function addBatch(state: CanaryProcess, batch: CanaryBatch): CanaryProcess {
  checkBatch(batch);
  const next = { ...state, control: added(state.control, batch.control), candidate: added(state.candidate, batch.candidate) };
  if (batch.weight === 0 || batch.weight === 1) return next;
  const { scores, claim, sizes } = betsOf(state.settings, batch.weight, predictedMeans(state));
  const wealth = state.logWealth.map((log, j) => log + logWealth(batch, scores, claim, sizes[j] as number));
  return { ...next, logWealth: wealth, peak: Math.max(state.peak, logMeanExp(wealth)) };
} // prettier-ignore

/** ln E now. */
export function logE(state: CanaryProcess): number {
  return logMeanExp(state.logWealth);
}

/** p-value that holds at any time: 1 / max E so far, in (0, 1]. */
export function anytimeP(state: CanaryProcess): number {
  return Math.exp(-state.peak);
}

/** What is bet on one arrival; one size for each effect. */
export function betsOf(
  settings: ProcessSettings,
  weight: number,
  means: Means,
): { scores: Scores; claim: Claim; sizes: number[] } {
  const claim: Claim = { side: settings.kind === "harm" ? 1 : -1, at: settings.bound };
  const scores = aipwScores(weight, means);
  const variance = aipwVariance(weight, means);
  return { scores, claim, sizes: settings.effects.map((effect) => betSize(effect, variance, scores, claim)) };
}

/** The means at the hypothesis' edge: both arms pooled for harm; the control's, and the margin below it, for non-inferiority. */
export function meansAtEdge(settings: ProcessSettings, rates: { pooled: number; control: number }): Means {
  if (settings.kind === "harm") return { control: clipped(rates.pooled), candidate: clipped(rates.pooled) };
  const control = clipped(rates.control);
  return { control, candidate: clipped(control - settings.bound) };
}

/** What outcomes of both arms are expected to be, by what was seen before. */
export function predictedMeans({
  settings,
  control,
  candidate,
}: Pick<CanaryProcess, "settings" | "control" | "candidate">): Means {
  const { mean, weight } = settings.prior;
  const rate = (sum: number, n: number) => (sum + mean * weight) / (n + weight);
  return meansAtEdge(settings, {
    pooled: rate(control.sum + candidate.sum, control.n + candidate.n),
    control: rate(control.sum, control.n),
  });
}

/** A mean of exactly 0 or 1 would bet everything on one outcome. */
export function clipped(mean: number): number {
  return Math.min(0.999, Math.max(0.001, mean));
}

function added(seen: { n: number; sum: number }, { n, sum }: { n: number; sum: number }) {
  return { n: seen.n + n, sum: seen.sum + sum };
}
