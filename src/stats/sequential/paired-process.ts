import { logMeanExp } from "../distributions/log-mean.ts";

/** Inputs that both arms answered, by which of the two answers were good; whole, at least 0. */
export interface PairCounts {
  both: number;
  onlyControl: number;
  onlyCandidate: number;
  neither: number;
}

/** What is tested of d = Y_control − Y_candidate in {−1, 0, 1}, and what is known before the first pair. In units of the outcome, [0, 1]. */
export interface PairedSettings {
  /** harm rejects E d ≤ bound, non-inferiority rejects E d ≥ bound. */
  kind: "harm" | "non-inferiority";
  /** The tolerance of harm, or the margin of non-inferiority. */
  bound: number;
  /** Differences from the bound that are bet on, in equal shares. */
  effects: readonly number[];
  /** Share of pairs that are expected to differ, and how many pairs that counts for. They change the power, never the guarantee. */
  prior: { share: number; weight: number };
}

/** The evidence so far: plain data, so that a store can keep it and replay the batches to the same numbers. */
export interface PairedProcess {
  settings: PairedSettings;
  pairs: PairCounts;
  /** ln K of each bet. */
  logWealth: readonly number[];
  /** The largest ln E at any look so far; at least 0, the start. */
  peak: number;
}

export const NO_PAIRS: PairCounts = { both: 0, onlyControl: 0, onlyCandidate: 0, neither: 0 };

const PRIOR_WEIGHT = 20;
/** No pair takes more than this share of the wealth: every factor stays ≥ 0.1. */
const LARGEST_LOSS = 0.9;

/**
 * Bets for harm: on half, once, twice and four times the difference that matters.
 * @param mde in (0, 1); @param priorMean the control's history, in [0, 1]; @param tolerance harm that is accepted, in [0, 1)
 */
export function pairedHarm(mde: number, priorMean: number, tolerance = 0): PairedSettings {
  return { kind: "harm", bound: tolerance, effects: [0.5, 1, 2, 4].map((times) => mde * times), prior: priorOf(priorMean) };
} // prettier-ignore

/** Bets for non-inferiority: on 0.35, 0.7 and the whole of the margin. @param margin in (0, 1); @param priorMean in [0, 1] */
export function pairedSafe(margin: number, priorMean: number): PairedSettings {
  return { kind: "non-inferiority", bound: margin, effects: [0.35, 0.7, 1].map((times) => margin * times), prior: priorOf(priorMean) };
} // prettier-ignore

/** As if the two answers had nothing to do with each other: the most that equal arms usually differ. */
function priorOf(mean: number): PairedSettings["prior"] {
  return { share: 2 * mean * (1 - mean), weight: PRIOR_WEIGHT };
}

/** Pearson's correlation of the two outcomes (φ), in [−1, 1]; null where one arm has only one kind of them. */
export function pairCorrelation({ both, onlyControl, onlyCandidate, neither }: PairCounts): number | null {
  const [control, candidate] = [both + onlyControl, both + onlyCandidate];
  const margins = control * (neither + onlyCandidate) * candidate * (neither + onlyControl);
  return margins === 0 ? null : (both * neither - onlyControl * onlyCandidate) / Math.sqrt(margins);
}

/** The process before the first pair: E = 1. Throws RangeError on settings that cannot be. */
export function emptyPaired(settings: PairedSettings): PairedProcess {
  const { bound, effects, prior } = settings;
  if (!(bound >= 0 && bound < 1)) throw new RangeError(`a tolerance or margin must be in [0, 1), got ${bound}`);
  if (effects.length === 0 || !effects.every((effect) => effect > 0 && Number.isFinite(effect)))
    throw new RangeError(`effects must be positive and at least one, got ${effects.join(", ")}`);
  if (!(prior.share >= 0 && prior.share <= 1 && prior.weight > 0 && Number.isFinite(prior.weight)))
    throw new RangeError(`the prior needs a share in [0, 1] and a positive weight, got ${prior.share}, ${prior.weight}`);
  return { settings, pairs: NO_PAIRS, logWealth: effects.map(() => 0), peak: 0 };
} // prettier-ignore

/**
 * The process after a batch: K_j is multiplied by 1 ± λ_j(d − bound) for every pair, with λ from earlier batches only.
 *
 * E = mean_j K_j is a supermartingale from 1 where E[d | past] is on the bound's side for each pair, so P(E ever ≥ 1/α) ≤ α (Ville 1939),
 * however often one looks and however the control's rate moves. Only pairs that differ tell harm; of those that are alike each speaks for
 * "not worse", the more the fewer differ.
 *
 * Source: Waudby-Smith and Ramdas (2024), JRSS B 86:1 (betting on a bounded mean); Ramdas et al. (2023), Statist. Sci. 38:576.
 * @throws RangeError on counts that are not whole or below 0
 */
export function addPairs(state: PairedProcess, batch: PairCounts): PairedProcess {
  checkPairs(batch);
  const sizes = pairBets(state.settings, state.pairs);
  const logWealth = state.logWealth.map((log, j) => log + pairWealth(batch, state.settings, sizes[j] as number));
  return { ...state, pairs: plusPairs(state.pairs, batch), logWealth, peak: Math.max(state.peak, logMeanExp(logWealth)) };
} // prettier-ignore

/** ln E now. */
export function pairedLogE({ logWealth }: Pick<PairedProcess, "logWealth">): number {
  return logMeanExp(logWealth);
}

export function plusPairs(a: PairCounts, b: PairCounts): PairCounts {
  return {
    both: a.both + b.both,
    onlyControl: a.onlyControl + b.onlyControl,
    onlyCandidate: a.onlyCandidate + b.onlyCandidate,
    neither: a.neither + b.neither,
  };
}

/** How many pairs there are. */
export function pairsIn({ both, onlyControl, onlyCandidate, neither }: PairCounts): number {
  return both + onlyControl + onlyCandidate + neither;
}

/**
 * λ_j = e / E x², growth-optimal to second order for x = ±(d − bound) of mean e, where the share q of pairs that differ is as it was so far:
 *
 *   E x² = max(q, |μ|) − μ² + e²,   μ = bound ± e the mean of d that is bet on,   q = (differing + share · weight) / (pairs + weight)
 *
 * No fewer pairs can differ than |μ|, so E x² ≥ e². Capped so that no factor is below 0.1.
 */
export function pairBets({ kind, bound, effects, prior }: PairedSettings, seen: PairCounts): number[] {
  const side = kind === "harm" ? 1 : -1;
  const differing = seen.onlyControl + seen.onlyCandidate;
  const q = (differing + prior.share * prior.weight) / (pairsIn(seen) + prior.weight);
  const most = LARGEST_LOSS / (1 + side * bound);
  return effects.map((effect) => {
    const mean = Math.min(1, Math.max(-1, bound + side * effect));
    const size = effect / (Math.max(q, Math.abs(mean)) - mean ** 2 + effect ** 2);
    return 1 + side * bound > 0 ? Math.min(size, most) : size;
  });
}

/** Σ ln(1 ± λ(d − bound)) over the pairs of a batch. */
export function pairWealth(batch: PairCounts, { kind, bound }: PairedSettings, size: number): number {
  const log = (d: number) => Math.log1p((kind === "harm" ? size : -size) * (d - bound));
  const { both, onlyControl, onlyCandidate, neither } = batch;
  return times(both + neither, log(0)) + times(onlyControl, log(1)) + times(onlyCandidate, log(-1));
}

/** Of none there is nothing, whatever one would be. */
function times(n: number, log: number): number {
  return n === 0 ? 0 : n * log;
}

export function checkPairs(counts: PairCounts): void {
  const all = Object.entries(counts) as [string, number][];
  const wrong = all.find(([, n]) => !(Number.isInteger(n) && n >= 0));
  if (wrong !== undefined) throw new RangeError(`pairs are counted in whole numbers, got ${wrong[1]} (${wrong[0]})`);
}
