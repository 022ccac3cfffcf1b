import { fault, passOrFail, type Prepare } from "../measure.ts";
import { short } from "../wording.ts";

interface BudgetSpec {
  max?: number | undefined;
  threshold?: number | undefined;
}

/** The answer came within `max` milliseconds. */
export const latency: Prepare<"latency"> = (spec) => {
  const max = limitOf(spec, "milliseconds");
  return ({ input }) => {
    if (input.latencyMs === null) throw new Error("no latency recorded");
    return passOrFail(input.latencyMs <= max, `took ${short(input.latencyMs)} ms; limit ${max} ms`);
  };
};

/** The answer cost at most `max` USD. */
export const cost: Prepare<"cost"> = (spec) => {
  const max = limitOf(spec, "USD");
  return ({ input }) => {
    if (input.costUsd === null) throw new Error("no cost recorded, or the model's price is unknown");
    return passOrFail(input.costUsd <= max, `cost ${input.costUsd} USD; limit ${max} USD`);
  };
};

function limitOf({ max, threshold }: BudgetSpec, unit: string): number {
  const limit = max ?? threshold;
  if (limit === undefined) throw fault(["max"], `missing; the limit in ${unit}`);
  return limit;
}
