import { logMeanExp } from "../distributions/log-mean.ts";
import {
  checkPairs,
  NO_PAIRS,
  pairBets,
  type PairCounts,
  type PairedSettings,
  pairWealth,
  plusPairs,
} from "./paired-process.ts";
import { lastRefuted } from "./verdict-bounds.ts"; // prettier-ignore

/**
 * The differences E d = p_control − p_candidate that the evidence of pairs leaves, as `verdictBounds` does of arms: below the low end the bets
 * for harm reached 1/α at some look, from the high end on those for non-inferiority did. Each end holds at every look at once with
 * probability at least 1 − its α (Ville 1939). At their own bounds the bets are those of the two processes, so that the low end is above the
 * tolerance, or the high end within the margin, exactly where that is shown.
 *
 * @param batches in the order of the looks
 * @param settings of both processes; @param levels α of each end, in (0, 1)
 * @returns [low, high] on a grid of 0.001 in [−1, 1]; [−1, 1] where nothing is refuted
 * @throws RangeError on counts that are not whole or below 0
 */
export function pairedBounds(
  batches: readonly PairCounts[],
  { harm, safe }: { harm: PairedSettings; safe: PairedSettings },
  levels: { harm: number; safe: number },
): [number, number] {
  for (const batch of batches) checkPairs(batch);
  const reaches = (settings: PairedSettings, alpha: number) => peakOf(batches, settings) >= Math.log(1 / alpha);
  const low = lastRefuted(harm.bound, (bound) => reaches({ ...harm, bound }, levels.harm));
  const high = -lastRefuted(-safe.bound, (bound) => reaches({ ...safe, bound: -bound }, levels.safe));
  return low <= high ? [low, high] : [high, low];
}

/** The largest ln E of a process at any look. */
function peakOf(batches: readonly PairCounts[], settings: PairedSettings): number {
  let [seen, peak] = [NO_PAIRS, 0];
  const wealth = settings.effects.map(() => 0);
  for (const batch of batches) {
    const sizes = pairBets(settings, seen);
    for (const [j, size] of sizes.entries()) wealth[j] = (wealth[j] as number) + pairWealth(batch, settings, size);
    peak = Math.max(peak, logMeanExp(wealth));
    seen = plusPairs(seen, batch);
  }
  return peak;
}
