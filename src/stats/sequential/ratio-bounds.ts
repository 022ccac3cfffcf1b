import type { ArmTotals, CanaryBatch } from "./canary-batch.ts";
import type { ProcessSettings } from "./canary-engine.ts";
import { BINS, GRID_STEP, HIGHEST_BIN, LOWEST_BIN, type RatioPoint } from "./ratio.ts";
import { riskDifference } from "./risk-difference.ts";
import { peakOf } from "./verdict-bounds.ts";

/** Candidate's values in multiples of the limit times the point, by bin: how many, their sum and the sum of their squares. */
export interface RatioBin {
  bin: number;
  n: number;
  sum: number;
  squares: number;
}

/** A batch of scores at the limit, and the candidate's values that they were made of. */
export interface RatioBatch extends CanaryBatch {
  bins: readonly RatioBin[];
}

/** A ratio of the candidate's to the control's, and the values that the evidence leaves. */
export interface RatioFound {
  /** Where the scores within each weight are alike; null where that lies beyond half or five times the limit. */
  estimate: number | null;
  /** 0 and null where nothing is refuted. */
  bounds: [number, number | null];
}

/**
 * The ratio, and the values of it that two processes have not refuted: from below by the bets for harm, from above by those for
 * non-inferiority, each at every look at once with probability at least 1 − its α (Ville 1939). Both bet on scores at another ratio as they
 * do at the limit, so that at the limit itself they are the processes themselves: the high end is at most the limit exactly where
 * "at most the limit" is shown.
 *
 * @param batches in the order of the looks; @param limit r, at which the scores were made
 * @returns on the edges of bins, outwards
 */
export function ratioFound(
  batches: readonly RatioBatch[],
  { of, limit }: { of: RatioPoint["of"]; limit: number },
  { harm, safe }: { harm: ProcessSettings; safe: ProcessSettings },
  levels: { harm: number; safe: number },
): RatioFound {
  const at = (bin: number) => limit * GRID_STEP ** bin;
  const scored = (bin: number) => batches.map((batch) => ({ ...batch, candidate: scoresAt(batch, bin, of) }));
  const reaches = (bin: number, settings: ProcessSettings, alpha: number) =>
    peakOf(scored(bin), settings) >= Math.log(1 / alpha);
  const first = firstBin((bin) => !reaches(bin, harm, levels.harm));
  const low = first === LOWEST_BIN ? 0 : at(before(first));
  const shown = firstBin((bin) => reaches(bin, safe, levels.safe));
  const high = shown === HIGHEST_BIN ? null : at(shown);
  return { estimate: estimated(scored, at), bounds: high !== null && high < low ? [high, low] : [low, high] };
}

/** Sums of the candidate's scores at the ratio of a bin's upper edge, where no bin is divided. */
function scoresAt({ candidate: { n }, bins }: RatioBatch, bin: number, of: RatioPoint["of"]): ArmTotals {
  const within = bins.filter((one) => one.bin <= bin);
  const of1 = (key: "n" | "sum" | "squares") => within.reduce((total, one) => total + one[key], 0);
  const inside = of1("n");
  if (of === "p95") return { n, sum: inside, squares: inside };
  const scale = GRID_STEP ** -bin;
  const sum = Math.max(0, inside - scale * of1("sum"));
  return { n, sum, squares: Math.min(sum, Math.max((sum * sum) / Math.max(1, n), inside - 2 * scale * of1("sum") + scale ** 2 * of1("squares"))) };
} // prettier-ignore

/** The smallest bin where a test that is false before it holds; the last one where it holds nowhere. */
function firstBin(holds: (bin: number) => boolean): number {
  let [low, high] = [0, BINS.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(BINS[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return BINS[low] as number;
}

/** The bin below one that is not the lowest. */
function before(bin: number): number {
  return BINS[BINS.indexOf(bin) - 1] as number;
}

/** Where the difference of the scores changes its sign, in between by its logarithm. */
function estimated(scored: (bin: number) => CanaryBatch[], at: (bin: number) => number): number | null {
  const differenceAt = (bin: number) => riskDifference(scored(bin)) ?? 0;
  const bin = firstBin((one) => differenceAt(one) >= 0);
  if (bin === LOWEST_BIN || bin === HIGHEST_BIN) return null;
  const below = before(bin);
  const [from, to] = [differenceAt(below), differenceAt(bin)];
  return at(below + ((bin - below) * from) / (from - to));
}
