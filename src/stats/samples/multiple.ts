/**
 * Holm's adjusted p-values: with m hypotheses in ascending order, p₍ᵢ₎ · (m − i + 1), made monotone from the bottom.
 * Rejecting where the adjusted value is ≤ α keeps the chance of any false rejection ≤ α, however the tests depend.
 *
 * Source: Holm (1979), Scand. J. Statist. 6:65.
 * @param pValues each in [0, 1], in any order; none gives none
 * @returns adjusted values in [0, 1], in the order given
 * @throws RangeError on a value outside [0, 1]
 */
export function holm(pValues: readonly number[]): number[] {
  const m = pValues.length;
  return stepwise(pValues, ascending(pValues), (p, rank) => p * (m - rank), Math.max);
}

/**
 * Benjamini and Hochberg's adjusted p-values: p₍ᵢ₎ · m / i, made monotone from the top. Rejecting where the adjusted
 * value is ≤ α keeps the expected share of false rejections among all rejections ≤ α for independent or positively
 * dependent tests.
 *
 * Source: Benjamini and Hochberg (1995), JRSS B 57:289.
 * @param pValues each in [0, 1], in any order; none gives none
 * @returns adjusted values in [0, 1], in the order given
 * @throws RangeError on a value outside [0, 1]
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const m = pValues.length;
  return stepwise(pValues, ascending(pValues).reverse(), (p, rank) => p * (m / (m - rank)), Math.min);
}

function ascending(pValues: readonly number[]): number[] {
  const bad = pValues.find((p) => !(p >= 0 && p <= 1));
  if (bad !== undefined) throw new RangeError(`a p-value must be in [0, 1], got ${bad}`);
  return pValues.map((_, i) => i).sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
}

/** Walks the p-values in the order given, keeping the adjusted values monotone along the way. */
function stepwise(
  pValues: readonly number[],
  order: readonly number[],
  adjust: (p: number, rank: number) => number,
  keep: (a: number, b: number) => number,
): number[] {
  const adjusted = new Array<number>(pValues.length);
  let last: number | undefined;
  for (const [rank, index] of order.entries()) {
    const own = Math.min(1, adjust(pValues[index] as number, rank));
    last = last === undefined ? own : keep(last, own);
    adjusted[index] = last;
  }
  return adjusted;
}

/**
 * Which of m hypotheses to reject by their e-values: the k largest, with the largest k for which e₍ₖ₎ ≥ m / (k α). Keeps the expected
 * share of false rejections among all rejections ≤ α however the e-values depend.
 *
 * Source: Wang and Ramdas (2022), JRSS B 84:822 (e-BH).
 * @param eValues each in [0, ∞], in any order; none gives none
 * @param alpha in (0, 1)
 * @returns true where rejected, in the order given
 * @throws RangeError on a value below 0, or another alpha
 */
export function eBenjaminiHochberg(eValues: readonly number[], alpha: number): boolean[] {
  const bad = eValues.find((e) => !(e >= 0));
  if (bad !== undefined) throw new RangeError(`an e-value must be at least 0, got ${bad}`);
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must be in (0, 1), got ${alpha}`);
  const m = eValues.length;
  const descending = [...eValues].sort((a, b) => b - a);
  const k = descending.findLastIndex((e, i) => e >= m / ((i + 1) * alpha)) + 1;
  const smallest = descending[k - 1] ?? Infinity;
  return eValues.map((e) => k > 0 && e >= smallest);
}
