/** 2^20 patterns take a few milliseconds; with more clusters a t test holds its level. */
const MOST_CLUSTERS = 20;
/** Fewer groups than this that differ at all are judged by sign flips: t would trust a spread it has hardly seen (specification §0). */
export const FEW_GROUPS = 10;

/**
 * Two-sided exact sign-flip (permutation) test that cluster totals are symmetric about 0: the share of the 2^C ways to
 * give the totals signs whose absolute sum is at least the observed one. It needs no variance, so it holds with a
 * handful of clusters (C < 10), where a t test on them does not.
 *
 * Source: Fisher (1935), The Design of Experiments, §21; for clusters: Canay, Romano, Shaikh (2017), Econometrica 85:1013.
 * @param totals one a cluster, finite, in the units of the score (Σ of the paired differences of its cases)
 * @returns p in [2^(1−C), 1]; 1 without clusters or where every total is 0
 * @throws RangeError with more than 20 clusters, or on a total that is not finite
 */
export function signFlip(totals: readonly number[]): number {
  if (totals.length > MOST_CLUSTERS) {
    throw new RangeError(`sign-flip: at most ${MOST_CLUSTERS} clusters can be enumerated, got ${totals.length}`);
  }
  const bad = totals.find((total) => !Number.isFinite(total));
  if (bad !== undefined) throw new RangeError(`sign-flip: a total must be finite, got ${bad}`);
  // A total of 0 changes no sum: it doubles both counts.
  const sizes = totals.filter((total) => total !== 0);
  const observed = Math.abs(sizes.reduce((sum, total) => sum + total, 0));
  return asExtreme(sizes, observed) / 2 ** sizes.length;
}

/** Walks the patterns in Gray-code order: each differs from the one before in one sign, so a step is one addition. */
function asExtreme(sizes: readonly number[], observed: number): number {
  const signs = sizes.map(() => 1);
  let sum = sizes.reduce((total, size) => total + size, 0);
  // Sums of the same numbers in another order differ by rounding; a tie must count as a tie.
  const enough = observed - 1e-9 * sizes.reduce((total, size) => total + Math.abs(size), 0);
  let count = Math.abs(sum) >= enough ? 1 : 0;
  for (let pattern = 1; pattern < 2 ** sizes.length; pattern++) {
    const flipped = 31 - Math.clz32(pattern & -pattern);
    signs[flipped] = -(signs[flipped] as number);
    sum += 2 * signs[flipped] * (sizes[flipped] as number);
    if (Math.abs(sum) >= enough) count += 1;
  }
  return count;
}
