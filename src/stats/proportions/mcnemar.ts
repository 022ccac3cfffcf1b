import { binomialCdf, binomialPmf } from "../distributions/binomial.ts";

/**
 * McNemar's test of paired outcomes, two-sided: are regressions and improvements equally likely among the pairs that differ?
 *
 *   exact: min(1, 2 P(X ≤ min)),  mid-p: that without half of either P(X = min);  X ~ Bin(regressions + improvements, ½)
 *
 * Mid-p keeps the level in practice and is less conservative; exact never exceeds it.
 * Source: McNemar (1947), Psychometrika 12:153; Fagerland, Lydersen, Laake (2013), BMC Med. Res. Methodol. 13:91.
 * @param onlyControl pairs where only the control passed: regressions
 * @param onlyCandidate pairs where only the candidate passed: improvements
 * @returns p-values in (0, 1]; both 1 with no discordant pair. Fewer than 6 (exact) or 5 (mid-p) can never reach 0.05.
 * @throws RangeError on counts that are not whole or below 0
 */
export function mcnemar(onlyControl: number, onlyCandidate: number): { exact: number; midP: number } {
  const discordant = onlyControl + onlyCandidate;
  const least = Math.min(onlyControl, onlyCandidate);
  if (!(Number.isInteger(onlyControl) && Number.isInteger(onlyCandidate) && least >= 0)) {
    throw new RangeError(`mcnemar: counts must be whole and at least 0, got ${onlyControl} and ${onlyCandidate}`);
  }
  if (discordant === 0) return { exact: 1, midP: 1 };
  const below = 2 * binomialCdf(least, discordant, 0.5);
  const at = binomialPmf(least, discordant, 0.5);
  return { exact: Math.min(1, below), midP: onlyControl === onlyCandidate ? 1 - at / 2 : below - at };
}

/** With fewer discordant pairs than this no result of the exact test is below 5 %: 2 · ½⁵ is 0.0625. */
export const LEAST_DISCORDANT = 6;

/** McNemar's test as this project judges by it. */
export interface McnemarTest {
  pValue: number;
  test: "mcnemar-midp" | "mcnemar-exact";
  /** Fewer pairs differ than `LEAST_DISCORDANT`, so the exact test was taken. */
  few: boolean;
}

/**
 * The one p-value a verdict rests on: mid-p, and the exact test below `LEAST_DISCORDANT` discordant pairs, where mid-p would
 * call five changes of five significant. Source, units and errors: as `mcnemar`; the rule is this project's.
 * @returns p in (0, 1]; 1 with no discordant pair
 */
export function mcnemarTest(onlyControl: number, onlyCandidate: number): McnemarTest {
  const { exact, midP } = mcnemar(onlyControl, onlyCandidate);
  const few = onlyControl + onlyCandidate < LEAST_DISCORDANT;
  return { pValue: few ? exact : midP, test: few ? "mcnemar-exact" : "mcnemar-midp", few };
}
