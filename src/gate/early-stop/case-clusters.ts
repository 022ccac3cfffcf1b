import type { RunColumns } from "../../comparison/pairs/run-columns.ts";
import { sampleRank } from "../../evals/dataset/selection.ts";

/** The clusters of a dataset's cases while they are gone through. */
export interface Clustered {
  /** Cases in a random order that is always the same, the cases of a cluster together. */
  order: Int32Array;
  /** Cluster of each case; a case without one is a cluster of its own. */
  of: Int32Array;
  /** By cluster: cases not seen yet. */
  left: Int32Array;
  /** By cluster: the sum of the changes seen. */
  totals: Float64Array;
  /** Cases of the largest cluster. */
  largest: number;
}

export function clustersOf({ ids, clusters }: Pick<RunColumns, "ids" | "clusters">): Clustered {
  const known = new Map<string, number>();
  const ranks: string[] = [];
  const of = Int32Array.from(ids, (id, seq) => {
    const name = clusters[seq] ?? null;
    const found = name === null ? undefined : known.get(name);
    if (found !== undefined) return found;
    if (name !== null) known.set(name, ranks.length);
    return ranks.push(sampleRank(name ?? id)) - 1;
  });
  const left = new Int32Array(ranks.length);
  for (const cluster of of) left[cluster] = (left[cluster] as number) + 1;
  const rank = (seq: number) => ranks[of[seq] as number] as string;
  const compare = (a: number, b: number) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : a - b);
  return {
    order: Int32Array.from(ids.keys()).sort(compare),
    of,
    left,
    totals: new Float64Array(ranks.length),
    largest: left.reduce((a, b) => Math.max(a, b), 1),
  };
}
