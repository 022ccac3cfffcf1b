/** Probabilities of the values of a rank sum, by its doubled value: mid-ranks may end in a half. */
export type RankSumLaw = Float64Array;

/**
 * Exact law of the rank sum of `drawn` of the observations when all ways to draw them are equally likely, by counting subsets:
 * ways(j, s) over the first i ranks = ways(j, s) + ways(j − 1, s − rᵢ) over those before. Ties keep their mid-ranks, which
 * makes the law conditional on them.
 * Source: Mann and Whitney (1947), Ann. Math. Stat. 18:50; with ties Streitberg and Röhmel (1986), Stat. Softw. Newsl. 12:10.
 * Takes time and memory with ranks · drawn · largest sum: for small samples.
 * @param doubledRanks twice the mid-rank of each observation, whole numbers ≥ 2 in ascending order
 * @param drawn from 1 to the number of ranks
 * @throws RangeError on another number of drawn ones
 */
export function rankSumLaw(doubledRanks: ArrayLike<number>, drawn: number): RankSumLaw {
  const n = doubledRanks.length;
  if (!(Number.isInteger(drawn) && drawn >= 1 && drawn <= n))
    throw new RangeError(`rank sum: cannot draw ${drawn} of ${n}`);
  let most = 0;
  for (let i = n - drawn; i < n; i++) most += doubledRanks[i] as number;
  const ways = Array.from({ length: drawn + 1 }, () => new Float64Array(most + 1));
  (ways[0] as Float64Array)[0] = 1;
  for (let i = 0; i < n; i++) {
    const rank = doubledRanks[i] as number;
    for (let j = Math.min(i + 1, drawn); j >= 1; j--) {
      const [into, from] = [ways[j] as Float64Array, ways[j - 1] as Float64Array];
      for (let s = most; s >= rank; s--) into[s] = (into[s] as number) + (from[s - rank] as number);
    }
  }
  const law = ways[drawn] as Float64Array;
  const all = law.reduce((sum, count) => sum + count, 0);
  return law.map((count) => count / all);
}

/** P(sum ≤ at) and P(sum ≥ at) of a doubled sum. */
export function rankSumTails(law: RankSumLaw, at: number): { lower: number; upper: number } {
  const total = (from: number, to: number) => law.subarray(from, to).reduce((sum, p) => sum + p, 0);
  return { lower: total(0, at + 1), upper: total(at, law.length) };
}
