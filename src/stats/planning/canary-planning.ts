import { bisect } from "../distributions/bisection.ts";
import { betsOf, meansAtEdge, type ProcessSettings } from "../sequential/canary-engine.ts";
import { normalCdf } from "../distributions/normal.ts";

/** True rates of the arms, in [0, 1]. */
export interface TrueRates {
  control: number;
  candidate: number;
}

/** A stretch of a rollout: arrivals at one weight; Infinity where it lasts until there is an answer. */
export interface Stretch {
  weight: number;
  arrivals: number;
}

/** ln(factor) of one bet at one arrival. */
interface Growth {
  mean: number;
  variance: number;
}

/** E ln(factor) of each bet for one arrival, once the means are learned. @param weight in (0, 1) */
export function growthPerArrival(settings: ProcessSettings, rates: TrueRates, weight: number): number[] {
  return growthOf(settings, rates, weight).map(({ mean }) => mean);
}

/** @param seen what both arms, and the control, are taken for; what they are where it was learned */
function growthOf(
  settings: ProcessSettings,
  { control, candidate }: TrueRates,
  weight: number,
  seen?: { pooled: number; control: number },
): Growth[] {
  if (!(weight > 0 && weight < 1 && control >= 0 && control <= 1 && candidate >= 0 && candidate <= 1)) {
    throw new RangeError(
      `growth needs a weight in (0, 1) and rates in [0, 1], got ${weight}, ${control}, ${candidate}`,
    );
  }
  const pooled = weight * candidate + (1 - weight) * control;
  const { scores, claim, sizes } = betsOf(settings, weight, meansAtEdge(settings, seen ?? { pooled, control }));
  const chances: [number, number][] = [
    [weight * (1 - candidate), scores.candidate[0]],
    [weight * candidate, scores.candidate[1]],
    [(1 - weight) * (1 - control), scores.control[0]],
    [(1 - weight) * control, scores.control[1]],
  ];
  return sizes.map((size) => {
    const logs = chances.map(([chance, x]) => [chance, Math.log1p(size * claim.side * (x - claim.at))] as const);
    const mean = logs.reduce((sum, [chance, log]) => sum + chance * log, 0);
    return { mean, variance: logs.reduce((sum, [chance, log]) => sum + chance * (log - mean) ** 2, 0) };
  });
}

/**
 * Arrivals after which the evidence is expected to reach 1/α: between ln(1/α) and ln(1/α) + ln G of the best of G bets, as a bet that
 * wins alone pays for the others; the midpoint is within −5 % and +17 % of simulations (golden e_sequential_planning).
 *
 * @param stretches in order; evidence grows on through them. @param alpha in (0, 1)
 * @returns lower and upper end, Infinity where the evidence never gets there
 */
export function arrivalsUntil(
  settings: ProcessSettings,
  rates: TrueRates,
  stretches: readonly Stretch[],
  alpha: number,
  learning: Learning = {},
): { lower: number; upper: number } {
  const { lower, upper } = evidenceNeeded(settings, alpha);
  const pieces = piecesOf(settings, rates, stretches, learning);
  const until = (evidence: number) => soonest(settings, pieces, ({ mean }) => mean >= evidence);
  return { lower: until(lower), upper: until(upper) };
}

/**
 * Arrivals by which that share of rollouts has the evidence: first passage of a Brownian motion with the mean and variance of
 * ln(factor), at the upper end of what is needed, which makes up for the last factor's overshoot.
 *
 *   P(T ≤ t) = Φ((M − b)/√W) + e^{2bM/W} Φ(−(M + b)/√W),   M, W mean and variance of ln K at t
 *
 * Source: Chhikara and Folks (1989), The Inverse Gaussian Distribution; Siegmund (1985), Sequential Analysis, 3.15.
 * @param share in (0, 1)
 * @returns Infinity where it is never reached
 */
export function arrivalsForShare(
  settings: ProcessSettings,
  rates: TrueRates,
  stretches: readonly Stretch[],
  { alpha, share, ...learning }: { alpha: number; share: number } & Learning,
): number {
  if (!(share > 0 && share < 1)) throw new RangeError(`a share must be in (0, 1), got ${share}`);
  const { upper } = evidenceNeeded(settings, alpha);
  return soonest(settings, piecesOf(settings, rates, stretches, learning), (sum) => passed(sum, upper) >= share);
}

function evidenceNeeded({ effects }: ProcessSettings, alpha: number) {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must be in (0, 1), got ${alpha}`);
  return { lower: Math.log(1 / alpha), upper: Math.log(1 / alpha) + Math.log(effects.length) };
}

/** Chance that ln K was at the evidence at least once by the time its mean and variance are these. */
function passed({ mean, variance }: Growth, evidence: number): number {
  if (mean <= 0) return 0;
  if (variance === 0) return mean >= evidence ? 1 : 0;
  const deviation = Math.sqrt(variance);
  const back = Math.exp((2 * evidence * mean) / variance) * normalCdf(-(mean + evidence) / deviation);
  return Math.min(1, normalCdf((mean - evidence) / deviation) + (Number.isFinite(back) ? back : 0));
}

/** Whether the means are learned as a rollout learns them, from what is known before, or known from the first arrival on. */
export interface Learning {
  learns?: boolean;
}

/** A stretch with the growth of each bet in it. */
interface Piece extends Stretch {
  growths: Growth[];
}

/** Pieces become longer as less is left to learn: so many arrivals, then twice as many, and from {@link LEARNED} priors' weight on all is known. */
const FIRST_PIECE = 25;
const LEARNED = 64;

function piecesOf(
  settings: ProcessSettings,
  rates: TrueRates,
  stretches: readonly Stretch[],
  { learns = false }: Learning,
): Piece[] {
  const { prior } = settings;
  const last = learns ? LEARNED * prior.weight : 0;
  const pieces: Piece[] = [];
  let edge = FIRST_PIECE;
  const all = { n: 0, sum: 0 };
  const ofControl = { n: 0, sum: 0 };
  for (const { weight, arrivals } of stretches) {
    const pooled = weight * rates.candidate + (1 - weight) * rates.control;
    for (let left = arrivals; left > 0; ) {
      const isLearning = all.n < last;
      const length = isLearning ? Math.min(left, edge - all.n) : left;
      const half = length / 2;
      const seen = {
        pooled: (all.sum + half * pooled + prior.mean * prior.weight) / (all.n + half + prior.weight),
        control: (ofControl.sum + half * (1 - weight) * rates.control + prior.mean * prior.weight) / (ofControl.n + half * (1 - weight) + prior.weight),
      };
      pieces.push({ weight, arrivals: length, growths: growthOf(settings, rates, weight, isLearning ? seen : undefined) });
      left -= length;
      add(all, length, length * pooled);
      add(ofControl, length * (1 - weight), length * (1 - weight) * rates.control);
      if (isLearning && edge <= all.n) edge *= 2;
    }
  }
  return pieces;
} // prettier-ignore

function add(to: { n: number; sum: number }, n: number, sum: number): void {
  to.n += n;
  to.sum += sum;
}

/** Arrivals until the first bet is there; each bet on its own, as a mixture follows whichever leads. */
function soonest(settings: ProcessSettings, pieces: readonly Piece[], there: (sum: Growth) => boolean): number {
  const ofBet = (j: number) => pieces.map(({ growths }) => growths[j] as Growth);
  return Math.min(...settings.effects.map((_, j) => arrivalsOfBet(pieces, ofBet(j), there)));
}

/** More arrivals than any rollout sees. */
const MOST = 1e15;

function arrivalsOfBet(stretches: readonly Stretch[], growths: readonly Growth[], there: (sum: Growth) => boolean) {
  let [before, mean, variance] = [0, 0, 0];
  for (const [i, { arrivals }] of stretches.entries()) {
    const growth = growths[i] as Growth;
    const after = (n: number): Growth => ({ mean: mean + n * growth.mean, variance: variance + n * growth.variance });
    const longest = Math.min(arrivals, MOST);
    if (there(after(longest))) return before + bisect((n) => !there(after(n)), 0, longest);
    ({ mean, variance } = after(longest));
    before += longest;
  }
  return Infinity;
}
