import { aipwScores, aipwVariance, betSize, logWealth, type Scores } from "./betting.ts";
import { type CanaryBatch, checkBatch } from "./canary-batch.ts";
import { clipped, type ProcessSettings } from "./canary-engine.ts";
import { logMeanExp } from "../distributions/log-mean.ts";

/** Points of the grid on either side of 0: steps of 0.001. */
const GRID = 1000;

/** A batch with what was predicted before it. */
interface Bet {
  batch: CanaryBatch;
  scores: Scores;
  variance: number;
}

/**
 * Confidence sequence for D = p_control − p_candidate: the values that neither the bets on more nor those on less have refuted,
 * half of α each (hedged). It covers the true difference at all looks at once with probability at least 1 − α; where rates drift, the
 * differences' common value.
 *
 * Wealth against d falls as d grows for bets on more, and rises for bets on less, so that the values are an interval and each end is
 * found by bisection on a grid of 0.001.
 *
 * Source: Waudby-Smith and Ramdas (2024), JRSS B 86:1, theorem 3, on the scores of `aipwScores`.
 * @param batches in the order of the looks; those at weight 0 or 1 say nothing about D but teach the means
 * @param settings effects that are bet on, prior of both arms' means; @param alpha in (0, 1)
 * @returns [low, high] in [−1, 1]; [−1, 1] without arrivals
 * @throws RangeError on an impossible batch or alpha
 */
export function confidenceSequence(
  batches: readonly CanaryBatch[],
  settings: Pick<ProcessSettings, "effects" | "prior">,
  alpha = 0.05,
): [number, number] {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must be in (0, 1), got ${alpha}`);
  const bets = betsOn(batches, settings.prior);
  const limit = Math.log(2 / alpha);
  const stands = (step: number, side: 1 | -1) => evidence(bets, settings.effects, { side, at: step / GRID }) < limit;
  const low = firstStanding((step) => stands(step, 1));
  const high = firstStanding((step) => stands(-step, -1));
  // Both ends can pass each other only where bets are capped; then what lies between them is kept, which is never too little.
  return [Math.min(low, -high) / GRID, Math.max(low, -high) / GRID];
}

function betsOn(batches: readonly CanaryBatch[], prior: ProcessSettings["prior"]): Bet[] {
  const start = { n: prior.weight, sum: prior.mean * prior.weight };
  const seen = { control: { ...start }, candidate: { ...start } };
  const bets: Bet[] = [];
  for (const batch of batches) {
    checkBatch(batch);
    const { weight } = batch;
    const means = {
      control: clipped(seen.control.sum / seen.control.n),
      candidate: clipped(seen.candidate.sum / seen.candidate.n),
    };
    if (weight > 0 && weight < 1)
      bets.push({ batch, scores: aipwScores(weight, means), variance: aipwVariance(weight, means) });
    for (const arm of ["control", "candidate"] as const) {
      seen[arm].n += batch[arm].n;
      seen[arm].sum += batch[arm].sum;
    }
  }
  return bets;
}

/** ln of the mean wealth of the bets that D is on that side of the value. */
function evidence(bets: readonly Bet[], effects: readonly number[], claim: { side: 1 | -1; at: number }): number {
  const wealth = effects.map((effect) =>
    bets.reduce(
      (log, { batch, scores, variance }) =>
        log + logWealth(batch, scores, claim, betSize(effect, variance, scores, claim)),
      0,
    ),
  );
  return logMeanExp(wealth);
}

/** The first grid point that stands, where all after it do; the last one if none does. */
function firstStanding(stands: (step: number) => boolean): number {
  if (stands(-GRID)) return -GRID;
  let [refuted, standing] = [-GRID, GRID];
  while (standing - refuted > 1) {
    const middle = Math.floor((refuted + standing) / 2);
    if (stands(middle)) standing = middle;
    else refuted = middle;
  }
  return standing;
}
