import { passOrFail, type Prepare } from "../measure.ts";
import type { Score } from "../scorer.ts";
import { expectedCalls, matcherOf, namesOf, type ToolMatcher } from "./tool-calls.ts";
import { listing } from "../wording.ts";

/** The tools were called in this order; `in_order` (the default) allows other calls between, `exact` none at all. */
export const toolSequence: Prepare<"trajectory:tool-sequence"> = (spec) => {
  const { value } = spec;
  const given = value === undefined || Array.isArray(value) ? { steps: value, mode: undefined } : value;
  const judge = (given.mode ?? spec.mode) === "exact" ? exactly : inOrder;
  const fixed = given.steps?.map((step, index) => matcherOf(step, stepPath(value, index)));
  return (subject) => {
    const wanted = fixed ?? namesOf(expectedCalls(subject)).map((name) => matcherOf(name, []));
    return judge(wanted, namesOf(subject.input.toolCalls));
  };
};

function stepPath(value: unknown, index: number): (string | number)[] {
  return Array.isArray(value) ? ["value", index] : ["value", "steps", index];
}

function exactly(wanted: readonly ToolMatcher[], names: readonly string[]): Score {
  const pass = wanted.length === names.length && wanted.every((tool, index) => tool.matches(names[index] ?? ""));
  return passOrFail(pass, `called ${listing(names)}; looked for exactly ${labels(wanted)}`);
}

function inOrder(wanted: readonly ToolMatcher[], names: readonly string[]): Score {
  let next = 0;
  for (const name of names) if (wanted[next]?.matches(name) === true) next++;
  const missing = wanted[next];
  if (missing === undefined) return passOrFail(true, `called ${labels(wanted)} in this order`);
  const after = next === 0 ? "" : ` after ${labels(wanted.slice(0, next))}`;
  return passOrFail(false, `did not call ${missing.label}${after}; called ${listing(names)}`);
}

function labels(tools: readonly ToolMatcher[]): string {
  return listing(tools.map((tool) => tool.label));
}
