import type { Suite } from "../evals/dataset/schema.ts";

/** Largest changes for the worse that count as none. */
export interface Tolerances {
  /** Of a share of successes, absolute. */
  successRate: number;
  /** Of a latency, as a share of the control's. */
  latency: number;
  /** Of a cost, as a share of the control's. */
  cost: number;
  /** Bounded by the suite's gate, not only by a default. */
  bounded: { latency: boolean; cost: boolean };
  /** Smallest improvement worth having, absolute; null when the suite names none. */
  minEffect: number | null;
}

/** Largest drop of the success rate that counts as none when a suite names no margin. */
export const DEFAULT_MARGIN = 0.03;
const DEFAULT_INCREASE = 0.2;

/** What a suite says it can live with; 3 points and 20 % where it says nothing. */
export function tolerancesOf({ gate, minEffect, maxCostIncrease }: Suite): Tolerances {
  return {
    successRate: gate?.nonInferiority?.margin ?? DEFAULT_MARGIN,
    latency: gate?.p95LatencyMs?.maxIncrease ?? DEFAULT_INCREASE,
    cost: maxCostIncrease ?? gate?.costPerTaskUsd?.maxIncrease ?? DEFAULT_INCREASE,
    bounded: {
      latency: gate?.p95LatencyMs?.maxIncrease !== undefined,
      cost: gate?.costPerTaskUsd?.maxIncrease !== undefined,
    },
    minEffect: minEffect ?? null,
  };
}
