import type { ToolCall } from "../../models/client/client.ts";
import { deepEqual } from "../text/equality.ts";
import { fault, passOrFail, type Measure, type Prepare } from "../measure.ts";
import { pairUp } from "./pairing.ts";
import type { SpecOf } from "../schema.ts";
import { argsOf, expectedCalls, glob, matcherOf, namesOf, sameName } from "./tool-calls.ts";
import { clip, listing, quote } from "../wording.ts";

type Spec = SpecOf<"trajectory:tool-args-match">;
type Compare = (actual: unknown, expected: unknown) => boolean;
type JsonObject = Record<string, unknown>;

/**
 * A tool was called with these arguments. Without a value, every call the case expects needs a call of its own with the
 * same name and arguments. `partial` (the default) allows further arguments; `defaults` are arguments that may be
 * spelled out; `ignore` names arguments (or patterns of them) that do not count.
 */
export const toolArgsMatch: Prepare<"trajectory:tool-args-match"> = (spec) => {
  const compare = comparer(spec);
  return spec.value === undefined ? everyExpected(compare) : oneCall(spec.value, compare);
};

function oneCall(value: NonNullable<Spec["value"]>, compare: Compare): Measure {
  const tool = matcherOf(value, ["value"]);
  const wanted = value.args ?? value.arguments;
  if (wanted === undefined) throw fault(["value", "args"], "missing; the arguments to look for");
  return ({ input, fold }) => {
    const calls = input.toolCalls.filter((call) => tool.matches(call.name));
    const pass = calls.some((call) => compare(fold(argsOf(call)), fold(wanted)));
    const found = calls.length === 0 ? `calls were ${listing(namesOf(input.toolCalls))}` : `got ${shown(calls)}`;
    return passOrFail(
      pass,
      `${pass ? "called" : "did not call"} ${tool.label} with ${quote(wanted)}${pass ? "" : `; ${found}`}`,
    );
  };
}

function everyExpected(compare: Compare): Measure {
  return (subject) => {
    const wanted = expectedCalls(subject);
    const calls = subject.input.toolCalls;
    const unpaired = pairUp(wanted, calls, (expected, call) => {
      return (
        sameName(expected.name, call.name) &&
        (expected.args === undefined || compare(subject.fold(argsOf(call)), expected.args))
      );
    });
    const missing = wanted[unpaired[0] ?? -1];
    if (missing === undefined) return passOrFail(true, `all ${wanted.length} expected calls were made`);
    const same = calls.filter((call) => sameName(call.name, missing.name));
    const found = same.length === 0 ? `calls were ${listing(namesOf(calls))}` : `got ${shown(same)}`;
    const count = `${unpaired.length} of ${wanted.length} expected calls are missing`;
    return passOrFail(false, `${count}: ${missing.name} with ${quote(missing.args ?? {})}; ${found}`);
  };
}

function shown(calls: readonly ToolCall[]): string {
  return clip(calls.map((call) => quote(argsOf(call))).join(" and "), 120);
}

/** How a call's arguments are compared with those looked for. */
export function comparer({ value, mode }: Pick<Spec, "value" | "mode">): Compare {
  const agree = (value?.mode ?? mode) === "exact" ? deepEqual : includes;
  const ignored = [value?.ignore ?? []].flat();
  const counts = (key: string) => !ignored.some((pattern) => glob(pattern, key));
  const defaults = value?.defaults ?? {};
  const stands = (key: string, arg: unknown) =>
    counts(key) && !(Object.hasOwn(defaults, key) && deepEqual(arg, defaults[key]));
  return (actual, expected) => agree(keep(actual, stands), keep(expected, counts));
}

function keep(args: unknown, wanted: (key: string, arg: unknown) => boolean): unknown {
  if (!isRecord(args)) return args;
  return Object.fromEntries(Object.entries(args).filter(([key, arg]) => wanted(key, arg)));
}

/** Every expected key is there with its value, at any depth; lists have the same length. */
function includes(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, index) => includes(actual[index], item))
    );
  }
  if (!isRecord(expected)) return deepEqual(actual, expected);
  return (
    isRecord(actual) &&
    Object.keys(expected).every((key) => Object.hasOwn(actual, key) && includes(actual[key], expected[key]))
  );
}

function isRecord(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
