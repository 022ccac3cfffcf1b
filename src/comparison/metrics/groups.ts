import { addCluster, type ClusterSums, emptyClusters } from "../../stats/samples/clustered.ts";

/** Values of one independent group of cases. */
interface Group {
  n: number;
  total: number;
}

/** Sums of values by group: {n, total} of each, in order of first appearance. A sum that is nothing but rounding is 0. */
export function byGroup(values: Float64Array, groups: Int32Array | null): Group[] {
  if (groups === null) return Array.from(values, (total) => ({ n: 1, total }));
  const sums = new Map<number, Group & { size: number }>();
  for (const [i, value] of values.entries()) {
    const group = groups[i] as number;
    const found = sums.get(group);
    if (found === undefined) sums.set(group, { n: 1, total: value, size: Math.abs(value) });
    else {
      found.n += 1;
      found.total += value;
      found.size += Math.abs(value);
    }
  }
  return Array.from(sums.values(), ({ n, total, size }) => ({ n, total: Math.abs(total) <= 1e-12 * size ? 0 : total }));
}

/** The same as the sums a clustered error is made of. */
export function groupSums(groups: readonly Group[]): ClusterSums {
  const sums = emptyClusters();
  for (const { n, total } of groups) addCluster(sums, n, total);
  return sums;
}
