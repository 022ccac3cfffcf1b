import type { RunMetrics } from "../../evals/result/schema.ts";
import { usd } from "../numbers.ts";

type CostPart = NonNullable<RunMetrics["costPart"]>;

/** `$0.0228 known, 1 of 2 trials reported no usage`: what of a run's cost is known, and why the rest is not. */
export function costPartText({ knownUsd, known, noUsage, noPrice }: CostPart): string {
  const all = known + noUsage + noPrice;
  const why = [
    ...(noUsage > 0 ? [`${noUsage} of ${all} trials reported no usage`] : []),
    ...(noPrice > 0 ? [`${noPrice} of ${all} have no price`] : []),
  ].join(", ");
  return known === 0 ? `unknown: ${why}` : `${usd(knownUsd)} known, ${why}`;
}
