import type { LookCounts, TallyRow } from "../rollout/evidence.ts";
import type { Value } from "../state/raw.ts";
import type { requestCounter } from "./rollout-count.ts";

/** What a counter has counted of its look, in the order that a store gives it. */
export function countsIn(counter: ReturnType<typeof requestCounter>): LookCounts {
  const { tallies, returns, arrivals = [] } = counter.rows();
  return {
    tallies: tallies.map(tallyOf).sort((a, b) => a.weight - b.weight || order(a.metric, b.metric) || order(a.arm, b.arm)),
    cohorts: [],
    returns: returns.map(returnOf).sort((a, b) => a.hour - b.hour || order(a.class, b.class) || order(a.arm, b.arm)),
    arrivals: arrivals.map(arrivalOf).sort((a, b) => a.weight - b.weight || order(a.arm, b.arm)),
  };
} // prettier-ignore

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type Returns = NonNullable<LookCounts["returns"]>[number];
type Arrivals = NonNullable<LookCounts["arrivals"]>[number];

function tallyOf([, look, weight, arm, metric, n, sum, squares]: readonly Value[]): TallyRow {
  return { look, weight, arm, metric, n, sum, squares } as TallyRow;
}

function returnOf([, look, hour, its, arm, n, good]: readonly Value[]): Returns {
  return { look, hour, class: its, arm, n, good } as Returns;
}

function arrivalOf([, look, weight, arm, exposed, superseded]: readonly Value[]): Arrivals {
  return { look, weight, arm, exposed, superseded } as Arrivals;
}
