/** Cases that were run on both sides, by what each side made of them. */
export type PairedCounts = { bothPass: number; onlyControl: number; onlyCandidate: number; neither: number };

/** Pairs in all. Throws RangeError when there is none, or a count is not whole or below 0. */
export function sizeOf({ bothPass, onlyControl, onlyCandidate, neither }: PairedCounts): number {
  const counts = [bothPass, onlyControl, onlyCandidate, neither];
  const n = counts.reduce((sum, count) => sum + count, 0);
  if (counts.every((count) => Number.isInteger(count) && count >= 0) && n > 0) return n;
  throw new RangeError(`paired counts must be whole, at least 0 and not all 0, got ${counts.join(", ")}`);
}
