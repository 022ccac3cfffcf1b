/**
 * pass^k: the chance that all of k trials of a case succeed, estimated without bias as C(c, k) / C(n, k).
 * Source: Yao et al. (2024), τ-bench, arXiv 2406.12045 §2.
 * @param successes c of the case, in [0, n]
 * @param trials n of the case
 * @param k in [1, n]
 * @throws RangeError when k > n: too few trials say nothing about k in a row
 */
export function passPower(successes: number, trials: number, k: number): number {
  requireTrials(successes, trials, k);
  let product = 1;
  for (let i = 0; i < k; i++) product *= Math.max(0, successes - i) / (trials - i);
  return product;
}

/**
 * pass@k: the chance that at least one of k trials of a case succeeds, estimated without bias as 1 − C(n − c, k) / C(n, k).
 * Source: Chen et al. (2021), arXiv 2107.03374 §2.1.
 * @param successes c of the case, in [0, n]
 * @param trials n of the case
 * @param k in [1, n]
 * @throws RangeError when k > n
 */
export function passAt(successes: number, trials: number, k: number): number {
  return 1 - passPower(trials - successes, trials, k);
}

function requireTrials(successes: number, trials: number, k: number): void {
  if (!(Number.isInteger(k) && k >= 1 && k <= trials)) {
    throw new RangeError(`pass^k: k must be between 1 and the ${trials} trials of a case, got ${k}`);
  }
  if (!(successes >= 0 && successes <= trials))
    throw new RangeError(`pass^k: ${successes} successes of ${trials} trials`);
}
