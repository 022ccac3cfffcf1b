import type { Suite } from "../evals/dataset/schema.ts";

type CostBenefit = NonNullable<Suite["costBenefit"]>;

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
  /** The suite says that its increase does not matter: it informs, and judges nothing. */
  free: { latency: boolean; cost: boolean };
  /** What a shown improvement may cost; null leaves it to a person. */
  costBenefit: CostBenefit | null;
  /** Smallest improvement worth having, absolute; null when the suite names none. */
  minEffect: number | null;
}

/** Largest drop of the success rate that counts as none when a suite names no margin. */
const DEFAULT_MARGIN = 0.03;
const DEFAULT_INCREASE = 0.2;

/** What a suite says it can live with; 3 points and 20 % where it says nothing. */
export function tolerancesOf({ gate, minEffect, maxCostIncrease, costBenefit }: Yardstick): Tolerances {
  const latency = gate?.p95LatencyMs?.maxIncrease;
  const cost = gate?.costPerTaskUsd?.maxIncrease;
  return {
    successRate: gate?.nonInferiority?.margin ?? DEFAULT_MARGIN,
    latency: numberIn(latency) ?? DEFAULT_INCREASE,
    cost: numberIn(cost) ?? maxCostIncrease ?? DEFAULT_INCREASE,
    bounded: { latency: typeof latency === "number", cost: typeof cost === "number" },
    free: { latency: latency === false, cost: cost === false },
    costBenefit: costBenefit ?? null,
    minEffect: minEffect ?? null,
  };
}

function numberIn(bound: number | false | undefined): number | undefined {
  return bound === false ? undefined : bound;
}

/** What of a suite says what it can live with. */
export type Yardstick = Pick<Suite, "gate" | "minEffect" | "maxCostIncrease" | "costBenefit">;

/** The increase of cost that an improvement of success, in shares, is worth: so much a point, up to a most. */
export function worth({ maxCostIncrease, perPoint }: CostBenefit, improvement: number): number {
  return Math.min(maxCostIncrease, perPoint * improvement * 100);
}
