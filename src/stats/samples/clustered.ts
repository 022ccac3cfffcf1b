import { type Interval, wilson, Z95 } from "../proportions/proportion.ts";

/** Sums over clusters, enough for the CR1 error of a mean; add clusters one by one, so memory stays flat. */
export interface ClusterSums {
  clusters: number;
  /** Observations. */
  n: number;
  /** Σ s */
  total: number;
  /** Σ_c S_c² */
  squares: number;
  /** Σ_c S_c n_c */
  cross: number;
  /** Σ_c n_c² */
  sizes: number;
}

export function emptyClusters(): ClusterSums {
  return { clusters: 0, n: 0, total: 0, squares: 0, cross: 0, sizes: 0 };
}

/** Adds one cluster of `n` observations that sum to `total`; an empty cluster adds nothing. */
export function addCluster(sums: ClusterSums, n: number, total: number): void {
  if (n === 0) return;
  sums.clusters += 1;
  sums.n += n;
  sums.total += total;
  sums.squares += total * total;
  sums.cross += total * n;
  sums.sizes += n * n;
}

/**
 * CR1 cluster-robust standard error of the mean of all observations.
 *
 *   √( C/(C−1) · Σ_c (Σ_{i∈c} (s_i − m))² ) / n,   Σ_c (S_c − n_c m)² = ΣS_c² − 2m ΣS_c n_c + m² Σn_c²
 *
 * Source: Miller (2024), arXiv 2411.00640 §2.2; equals statsmodels' cov_type="cluster".
 * @returns the error in the units of s, or null with fewer than two clusters, where it is undefined
 */
export function clusteredError(sums: ClusterSums): number | null {
  const { clusters, n } = sums;
  if (clusters < 2) return null;
  const mean = sums.total / n;
  const spread = sums.squares - 2 * mean * sums.cross + mean * mean * sums.sizes;
  return Math.sqrt((clusters / (clusters - 1)) * Math.max(0, spread)) / n;
}

/**
 * Interval for a proportion whose observations come in clusters (trials of one case): Wilson at the effective sample
 * size p(1−p)/SE². With one observation a cluster it is plain Wilson. Where SE says nothing (p at 0 or 1, or one
 * cluster) the number of clusters is the sample size: trials of one case are never counted as independent evidence.
 *
 * Source: Korn and Graubard (1998), Survey Methodology 24:193, with Wilson in place of Clopper–Pearson.
 */
export function clusteredWilson(sums: ClusterSums, z = Z95): Interval {
  if (sums.n === 0) return [0, 1];
  const p = sums.total / sums.n;
  const size = effectiveSize(sums);
  return wilson(p * size, size, z);
}

/**
 * Independent observations that would say as much about a proportion: n where each is its own cluster, else p(1−p)/SE², at
 * most n; the number of clusters where SE says nothing (p at 0 or 1, one cluster).
 * Source: Kish (1965), Survey Sampling, §8.2 (design effect).
 */
export function effectiveSize(sums: ClusterSums): number {
  if (sums.clusters === sums.n) return sums.n;
  const p = sums.total / sums.n;
  const error = clusteredError(sums);
  if (error === null || error === 0 || p === 0 || p === 1) return sums.clusters;
  return Math.min(sums.n, (p * (1 - p)) / (error * error));
}
