import { binomialPmf } from "./binomial.ts";

/**
 * P(X ≤ k) of a hypergeometric variable: successes among `draws` taken without return. The mass at k by Loader's form, the terms
 * below it by their ratio, so that a far tail keeps its relative accuracy.
 * Source: Loader (2000), §6; Johnson, Kemp, Kotz (2005), Univariate Discrete Distributions, §6.2.
 * @param k whole; 0 below the least possible number, 1 from the largest up
 * @param population, successes, draws whole, ≥ 0, successes and draws at most the population
 * @throws RangeError outside
 */
export function hypergeometricCdf(k: number, from: { population: number; successes: number; draws: number }): number {
  const { population, successes, draws } = from;
  const counts = [k, population, successes, draws];
  if (!(
    counts.every(Number.isInteger) &&
    successes >= 0 &&
    draws >= 0 &&
    successes <= population &&
    draws <= population
  )) {
    throw new RangeError(`hypergeometric: impossible counts ${counts.join(", ")}`);
  }
  const least = Math.max(0, draws + successes - population);
  if (k < least) return 0;
  if (k >= Math.min(draws, successes)) return 1;
  let term = mass(k, population, successes, draws);
  let sum = term;
  for (let i = k; i > least && term > sum * 1e-17; i--) {
    term *= (i * (population - successes - draws + i)) / ((successes - i + 1) * (draws - i + 1));
    sum += term;
  }
  return Math.min(1, sum);
}

function mass(k: number, population: number, successes: number, draws: number): number {
  const p = draws / population;
  const within = binomialPmf(k, successes, p) * binomialPmf(draws - k, population - successes, p);
  return within / binomialPmf(draws, population, p);
}
