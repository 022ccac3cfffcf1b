import type { Metric } from "../rollout/schema.ts";
import type { Value } from "../state/raw.ts";
import { binOf } from "../stats/sequential/ratio.ts";
import type { OpenRollout } from "./observations.store.ts";

/** Counts the candidate's values by how many times the limit they are; in memory, until one transaction is through. */
export interface RatioCounter {
  /** Takes a value of a unit that was drawn at a weight. */
  at(weight: number): (metric: Metric, multiple: number) => void;
  /** As `addRatioCounts` takes them. */
  rows(): Value[][];
}

export function ratioCounter({ seq, look }: Pick<OpenRollout, "seq" | "look">): RatioCounter {
  const found = new Map<string, { key: Value[]; sums: [n: number, sum: number, squares: number] }>();
  return {
    at: (weight) => (metric, multiple) => {
      const bin = binOf(multiple);
      const name = `${weight} ${metric} ${bin}`;
      const { key, sums } = found.get(name) ?? { key: [seq, look, weight, metric, bin], sums: [0, 0, 0] };
      // Beyond the grid nothing is told apart, and a sum of what has no measure says nothing.
      const value = Math.min(multiple, MOST);
      found.set(name, { key, sums: [sums[0] + 1, sums[1] + value, sums[2] + value ** 2] });
    },
    rows: () => [...found.values()].map(({ key, sums }) => [...key, ...sums]),
  };
}

const MOST = 1e6;
