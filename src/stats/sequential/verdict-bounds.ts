import { logMeanExp } from "../distributions/log-mean.ts";
import { logWealth } from "./betting.ts";
import { type CanaryBatch, checkBatch } from "./canary-batch.ts";
import { betsOf, predictedMeans, type ProcessSettings } from "./canary-engine.ts";

/** Steps of the grid that an end is looked for on. */
const GRID = 1000;

/**
 * The differences D = p_control − p_candidate that the evidence of a verdict leaves: below the low end the bets for harm reached 1/α at some
 * look, from the high end on those for non-inferiority did. Each end holds at every look at once with probability at least 1 − its α (Ville
 * 1939). The bets stay those of the two processes while the bound moves, so that at their own bounds they are the processes themselves:
 * the high end is within the margin exactly where "not worse by the margin" is shown.
 *
 * @param batches in the order of the looks
 * @param settings of both processes; @param levels α of each end, in (0, 1)
 * @returns [low, high] on a grid of 0.001 in [−1, 1]; [−1, 1] where nothing is refuted
 * @throws RangeError on an impossible batch
 */
export function verdictBounds(
  batches: readonly CanaryBatch[],
  { harm, safe }: { harm: ProcessSettings; safe: ProcessSettings },
  levels: { harm: number; safe: number },
): [number, number] {
  for (const batch of batches) checkBatch(batch);
  const reaches = (settings: ProcessSettings, alpha: number) => peakOf(batches, settings) >= Math.log(1 / alpha);
  const low = lastRefuted(harm.bound, (bound) => reaches({ ...harm, bound }, levels.harm));
  const high = -lastRefuted(-safe.bound, (bound) => reaches({ ...safe, bound: -bound }, levels.safe));
  return low <= high ? [low, high] : [high, low];
}

/** The largest ln E of a process at any look. */
export function peakOf(batches: readonly CanaryBatch[], settings: ProcessSettings): number {
  const seen = { control: { n: 0, sum: 0 }, candidate: { n: 0, sum: 0 } };
  const wealth = settings.effects.map(() => 0);
  let peak = 0;
  for (const batch of batches) {
    const { weight } = batch;
    if (weight > 0 && weight < 1) {
      const { scores, claim, sizes } = betsOf(settings, weight, predictedMeans({ settings, ...seen }));
      for (const [j, size] of sizes.entries())
        wealth[j] = (wealth[j] as number) + logWealth(batch, scores, claim, size);
      peak = Math.max(peak, logMeanExp(wealth));
    }
    for (const arm of ["control", "candidate"] as const) {
      seen[arm].n += batch[arm].n;
      seen[arm].sum += batch[arm].sum;
    }
  }
  return peak;
}

/** The largest grid point that is refuted, where all before it are: from `start` by doubled steps, then by halves; −1 where none is. */
export function lastRefuted(start: number, isRefuted: (bound: number) => boolean): number {
  const first = Math.round(start * GRID);
  const at = (step: number) => Math.max(-GRID, Math.min(GRID, step));
  const up = isRefuted(first / GRID);
  let [near, width] = [first, 1];
  while (Math.abs(near) < GRID && isRefuted(at(near + (up ? width : -width)) / GRID) === up) {
    near = at(near + (up ? width : -width));
    width *= 2;
  }
  const far = at(near + (up ? width : -width));
  let [refuted, standing] = up ? [near, far] : [far, near];
  if (!up && far === -GRID && !isRefuted(-1)) return -1;
  while (standing - refuted > 1) {
    const middle = Math.floor((refuted + standing) / 2);
    if (isRefuted(middle / GRID)) refuted = middle;
    else standing = middle;
  }
  return refuted / GRID;
}
