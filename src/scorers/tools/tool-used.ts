import { messageOf } from "../../core/errors.ts";
import { describeBounds, inBounds } from "../counting.ts";
import { fault, isInverted, passOrFail, type Measure, type Prepare } from "../measure.ts";
import type { SpecOf } from "../schema.ts";
import type { Score } from "../scorer.ts";
import { expectedNames, matcherOf, namesIn, namesOf, type ToolMatcher } from "./tool-calls.ts";
import { listing } from "../wording.ts";

type Value = SpecOf<"trajectory:tool-used">["value"];

/** Every tool named was called; its `not-` form passes, as in promptfoo, only when none of them was. */
export const toolUsed: Prepare<"trajectory:tool-used"> = (spec) => {
  const { value } = spec;
  const judge = isInverted(spec) ? anyUsed : allUsed;
  if (value === undefined) {
    return (subject) =>
      judge(
        expectedNames(value, subject).map((name) => matcherOf(name, [])),
        called(subject),
      );
  }
  if (typeof value === "object" && !Array.isArray(value)) return counted(value);
  const matchers = named(value).map((name) => matcherOf(name, ["value"]));
  return (subject) => judge(matchers, called(subject));
};

function named(value: string | string[]): string[] {
  try {
    return namesIn(value);
  } catch (error) {
    throw fault(["value"], messageOf(error));
  }
}

function called(subject: Parameters<Measure>[0]): string[] {
  return namesOf(subject.input.toolCalls);
}

function allUsed(wanted: readonly ToolMatcher[], names: readonly string[]): Score {
  const missing = wanted.filter((tool) => !names.some((name) => tool.matches(name)));
  const fact = missing.length === 0 ? `called all of ${labels(wanted)}` : `did not call ${labels(missing)}`;
  return passOrFail(missing.length === 0, `${fact}; called ${listing(names)}`);
}

function anyUsed(wanted: readonly ToolMatcher[], names: readonly string[]): Score {
  if (wanted.length === 0) throw new Error("no tool is named, so every answer would pass");
  const used = wanted.filter((tool) => names.some((name) => tool.matches(name)));
  const fact = used.length > 0 ? `called ${labels(used)}` : `called none of ${labels(wanted)}`;
  return passOrFail(used.length > 0, `${fact}; called ${listing(names)}`);
}

function counted(value: Extract<Value, { name?: unknown }>): Measure {
  const tool = matcherOf(value, ["value"]);
  const max = value.max ?? Infinity;
  const bounds = { min: value.min ?? Math.min(1, max), max };
  if (bounds.min > max) throw fault(["value", "min"], `min ${bounds.min} is above max ${max}; nothing could pass`);
  return (subject) => {
    const count = called(subject).filter((name) => tool.matches(name)).length;
    return passOrFail(inBounds(count, bounds), `called ${tool.label} ${count} times; limit ${describeBounds(bounds)}`);
  };
}

function labels(tools: readonly ToolMatcher[]): string {
  return listing(tools.map((tool) => tool.label));
}
