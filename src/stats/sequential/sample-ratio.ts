import { logGamma } from "../distributions/gamma.ts";

/** Arrivals of each arm while the candidate had this probability. */
export interface Exposure {
  weight: number;
  control: number;
  candidate: number;
}

/** How sharply the mixture expects the declared weight: as if it had been seen in that many arrivals. */
const CONCENTRATION = 1000;

/**
 * Logarithm of the e-value against "arrivals were assigned at the declared weights" (no sample-ratio mismatch):
 *
 *   ln E = ln B(cπ + n_c, c(1 − π) + n_b) − ln B(cπ, c(1 − π)) − n_c ln π − n_b ln(1 − π),   c = 1000
 *
 * summed over the weights, as each begins its own mixture where the one before ended. Valid at every look (Ville 1939).
 *
 * Source: Robbins (1970), Ann. Math. Stat. 41:1397; Lindon and Malek (2022), arXiv:2011.03567 (sequential multinomial test).
 * @param exposures in any order; arrivals at weight 0 or 1 are left out, there was nothing to split; none give 0
 * @throws RangeError on a weight outside [0, 1] or counts that are not whole
 */
export function sampleRatioLogE(exposures: readonly Exposure[]): number {
  return exposures.reduce((sum, exposure) => sum + mixture(exposure), 0);
}

function mixture({ weight, control, candidate }: Exposure): number {
  if (!(weight >= 0 && weight <= 1)) throw new RangeError(`a weight must be in [0, 1], got ${weight}`);
  if (![control, candidate].every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new RangeError(`arrivals must be whole and at least 0, got ${control} and ${candidate}`);
  }
  if (weight === 0 || weight === 1) return 0;
  const [a, b] = [CONCENTRATION * weight, CONCENTRATION * (1 - weight)];
  const [candidates, controls] = [rising(a, candidate), rising(b, control)];
  const total = rising(CONCENTRATION, candidate + control);
  return candidates + controls - total - candidate * Math.log(weight) - control * Math.log1p(-weight);
}

/** ln( Γ(x + n) / Γ(x) ) */
function rising(x: number, n: number): number {
  return logGamma(x + n) - logGamma(x);
}
