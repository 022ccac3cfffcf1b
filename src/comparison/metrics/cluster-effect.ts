import type { ClusterEffect, UnequalClusters } from "../../stats/planning/cluster-power.ts";
import type { PairedMoments } from "./moments.ts";

/** How much the difference of one case varies, and over how many trials a side it is taken. */
export interface CaseSpread {
  variance: number;
  trials: { control: number; candidate: number };
}

/** Runs whose cases come in clusters. */
export type ClusteredMoments = PairedMoments & { clusters: number };

export function isClustered(moments: PairedMoments): moments is ClusteredMoments {
  return moments.clusters !== null;
}

/** Cases of one cluster, on average. */
export function casesACluster({ cases, clusters }: ClusteredMoments): number {
  return cases / clusters;
}

/**
 * A difference beside what one cluster's mean varies by, at as many cases a cluster as these runs have: a cluster's variance is that of
 * a case, times the design effect, over its cases. Its mean moves in steps of one trial of one case.
 */
export function clusterEffect(
  moments: ClusteredMoments,
  { variance, trials: { control, candidate } }: CaseSpread,
  difference: number,
): ClusterEffect {
  const size = casesACluster(moments);
  const sd = Math.sqrt(((moments.designEffect ?? 1) * variance) / size);
  if (sd === 0) return { effect: difference === 0 ? 0 : Infinity, step: 0 };
  const change = control === candidate ? 1 / control : 1 / (control * candidate);
  const unequal = unequalOf(moments);
  return { effect: Math.abs(difference) / sd, step: change / size / sd, ...(unequal && { unequal }) };
}

/** Where sizes differ: the design effect is 1 + ρ (n̂ − 1), n̂ = Σn²/Σn. Source: Kish (1965), Survey Sampling, §5.4. */
function unequalOf({ clusterSizes: sizes, cases, designEffect }: ClusteredMoments): UnequalClusters | undefined {
  if (sizes.every((size) => size === sizes[0])) return undefined;
  const weighted = sizes.reduce((sum, size) => sum + size * size, 0) / cases;
  return { sizes, correlation: Math.min(1, ((designEffect ?? 1) - 1) / (weighted - 1)) };
}
