import { boundsOf, describeBounds, inBounds } from "../counting.ts";
import { passOrFail, type Prepare } from "../measure.ts";
import { matcherOf, type ToolMatcher } from "./tool-calls.ts";

const EVERY: ToolMatcher = { label: "tools", matches: () => true };

/** Counts tool calls, all of them or those a name or pattern picks. */
export const stepCount: Prepare<"trajectory:step-count"> = (spec) => {
  const { value } = spec;
  const bounds = boundsOf(spec);
  const picks = typeof value === "object" && (value.name ?? value.pattern) !== undefined;
  const tool = picks ? matcherOf(value, ["value"]) : EVERY;
  return ({ input }) => {
    const count = input.toolCalls.filter((call) => tool.matches(call.name)).length;
    return passOrFail(inBounds(count, bounds), `called ${tool.label} ${count} times; limit ${describeBounds(bounds)}`);
  };
};
