import { clusteredT } from "./clustered-t.ts";
import { addCluster, type ClusterSums, clusteredWilson, effectiveSize, emptyClusters } from "./clustered.ts";

/** Cases are closed as they end; only named clusters, which may come back later, are held until the end. */
export interface ClusterTally {
  sums: ClusterSums;
  named: Map<string, { n: number; total: number }>;
}

export function clusterTally(): ClusterTally {
  return { sums: emptyClusters(), named: new Map() };
}

export function addToCluster(clusters: ClusterTally, name: string | null, n: number, total: number): void {
  if (name === null) {
    addCluster(clusters.sums, n, total);
    return;
  }
  const found = clusters.named.get(name) ?? { n: 0, total: 0 };
  clusters.named.set(name, { n: found.n + n, total: found.total + total });
}

export function intervalOf(clusters: ClusterTally): [number, number] {
  return clusteredWilson(wholeSums(clusters));
}

/** Interval of a mean of amounts: t over clusters; null under two, where the spread is unknown. */
export function meanIntervalOf(clusters: ClusterTally): [number, number] | null {
  return clusteredT(wholeSums(clusters))?.interval ?? null;
}

/** A share of successes as independent observations that say as much: fewer than were made where clusters hold several. */
export function worthOf(clusters: ClusterTally): { hits: number; n: number } {
  const all = wholeSums(clusters);
  const n = effectiveSize(all);
  return { hits: (all.total / all.n) * n, n };
}

function wholeSums({ sums, named }: ClusterTally): ClusterSums {
  const all = { ...sums };
  for (const { n, total } of named.values()) addCluster(all, n, total);
  return all;
}

/** Successes over all clusters. */
export function totalOf({ sums, named }: ClusterTally): number {
  let total = sums.total;
  for (const cluster of named.values()) total += cluster.total;
  return total;
}
