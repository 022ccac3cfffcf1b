import { regularizedBeta } from "./beta.ts";
import { logBinomialTerm } from "./stirling.ts";

/**
 * P(X = k) of a binomial variable, by Loader's saddle-point form.
 * Source: Loader (2000), Fast and Accurate Computation of Binomial Probabilities. Relative accuracy about 1e-13.
 * @param k whole; outside [0, n] the probability is 0
 * @param n trials, whole, ≥ 0
 * @param p in [0, 1]; at 0 and 1 all mass is at 0 and n
 * @throws RangeError outside
 */
export function binomialPmf(k: number, n: number, p: number): number {
  requireDomain(k, n, p);
  if (k < 0 || k > n) return 0;
  if (p === 0 || p === 1) return k === n * p ? 1 : 0;
  if (k === 0) return Math.exp(n * Math.log1p(-p));
  if (k === n) return Math.exp(n * Math.log(p));
  return Math.exp(logBinomialTerm(k, n - k, p, 1 - p));
}

/**
 * P(X ≤ k) = I_{1−p}(n − k, k + 1); relative accuracy about 1e-12 in the far tail.
 * Source: DLMF 8.17.5. Ranges: as `binomialPmf`; 0 below 0 and 1 from n up.
 */
export function binomialCdf(k: number, n: number, p: number): number {
  requireDomain(k, n, p);
  if (k < 0) return 0;
  return k >= n ? 1 : regularizedBeta(1 - p, n - k, k + 1, p);
}

/** P(X > k) = I_p(k + 1, n − k), exact where 1 − binomialCdf would be 0. As `binomialCdf`. */
export function binomialSurvival(k: number, n: number, p: number): number {
  requireDomain(k, n, p);
  if (k < 0) return 1;
  return k >= n ? 0 : regularizedBeta(p, k + 1, n - k, 1 - p);
}

function requireDomain(k: number, n: number, p: number): void {
  if (!(Number.isInteger(k) && Number.isInteger(n) && n >= 0 && p >= 0 && p <= 1)) {
    throw new RangeError(`binomial: need whole k and n >= 0 and p in [0, 1], got ${k} of ${n} at ${p}`);
  }
}

/**
 * Smallest k with P(Bin(n, p) ≤ k) ≥ level. Sums the mass outward from the mode, where it cannot underflow, by the
 * ratio of neighbouring terms.
 * @param level in (0, 1)
 */
export function binomialQuantile(level: number, n: number, p: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return n;
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  const mass = new Float64Array(n + 1);
  mass[mode] = 1;
  for (let k = mode; k < n; k++) mass[k + 1] = (mass[k] as number) * (((n - k) / (k + 1)) * odds);
  for (let k = mode; k > 0; k--) mass[k - 1] = (mass[k] as number) * (k / (n - k + 1) / odds);
  const total = mass.reduce((sum, m) => sum + m, 0);
  let sum = 0;
  for (let k = 0; k <= n; k++) {
    sum += (mass[k] as number) / total;
    if (sum >= level) return k;
  }
  return n;
}
