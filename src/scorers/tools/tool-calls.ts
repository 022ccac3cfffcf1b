import { messageOf } from "../../core/errors.ts";
import type { ToolCall } from "../../models/client/client.ts";
import { parsedArguments } from "../../models/client/tool-calls.ts";
import { fault, type Subject } from "../measure.ts";
import { reference, splitList } from "../reference.ts";
import { quote } from "../wording.ts";

/** A call the case expects; `args` is undefined when only the name counts. */
export interface ExpectedCall {
  name: string;
  args: unknown;
}

/** Picks calls by name or by a pattern with `*` and `?`. */
export interface ToolMatcher {
  label: string;
  matches(name: string): boolean;
}

/** Compiles a name, or a name or pattern in an object; throws a fault when it has neither. */
export function matcherOf(
  step: string | { name?: string | undefined; pattern?: string | undefined },
  path: readonly (string | number)[],
): ToolMatcher {
  if (typeof step === "string") return byName(step);
  if (step.pattern !== undefined) {
    const { pattern } = step;
    return { label: pattern, matches: (name) => glob(pattern.toLowerCase(), name.toLowerCase()) };
  }
  if (step.name === undefined) throw fault([...path, "name"], "missing; give name: or pattern:");
  return byName(step.name);
}

function byName(wanted: string): ToolMatcher {
  return { label: wanted, matches: (name) => name === wanted };
}

/** Glob match in time linear in pattern × text: only the last `*` is ever gone back to. */
export function glob(pattern: string, text: string): boolean {
  let p = 0;
  let star = -1;
  let resume = 0;
  for (let t = 0; t < text.length;) {
    if (pattern[p] === "*") {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}

/**
 * The tool calls a case expects: names, or objects with a name and `arguments`, `args`, `kwargs` (tau-bench) or
 * `input`, also inside OpenAI's `function`; in a text their JSON, or names with commas between. Throws when expected is something else.
 */
export function expectedCalls(subject: Subject): ExpectedCall[] {
  const expected = reference(undefined, subject);
  const calls = typeof expected === "string" ? callsIn(expected) : expected;
  if (!Array.isArray(calls)) throw new Error(`expected ${quote(expected)} is no list of tool calls`);
  return calls.map(expectedCall);
}

/** What no name of a tool has; a name that has it is a text that was meant otherwise, and would look for a tool that nobody can call. */
const NO_NAME = /["'[\]{};|\n]/;

/** The JSON of calls, or names with commas between, each in double quotes or not. Throws on anything else. */
function callsIn(text: string): unknown[] {
  if (/^\s*[[{]/.test(text)) return callsOfJson(text);
  return splitList(text).map((name) => {
    if (NO_NAME.test(name))
      throw new Error(`${quote(name)} is no name of a tool; give names with commas between, or JSON`);
    return name;
  });
}

function callsOfJson(text: string): unknown[] {
  try {
    return [JSON.parse(text) as unknown].flat();
  } catch (error) {
    throw new Error(`${quote(text)} is neither names of tools nor the JSON of calls: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The names that a scorer's value gives, or of the calls the case expects. */
export function expectedNames(value: string | string[] | undefined, subject: Subject): string[] {
  return value === undefined ? namesOf(expectedCalls(subject)) : namesIn(value);
}

/** Names in a scorer's value: a list, or a text with commas between. */
export function namesIn(value: string | string[]): string[] {
  return namesOf([value].flat().flatMap(callsIn).map(expectedCall));
}

function expectedCall(call: unknown): ExpectedCall {
  if (typeof call === "string") return { name: call, args: undefined };
  const row = (call ?? {}) as Record<string, unknown>;
  const { name, ...rest } = (row["name"] === undefined ? (row["function"] ?? row) : row) as Record<string, unknown>;
  if (typeof name !== "string") throw new Error(`expected tool call ${quote(call)} has no name`);
  const args = rest["arguments"] ?? rest["args"] ?? rest["kwargs"] ?? rest["input"];
  return { name, args: args === undefined ? undefined : parsedArguments(args) };
}

/** A call's arguments; recordings often keep them as JSON text. */
export function argsOf(call: ToolCall): unknown {
  return parsedArguments(call.arguments);
}

export function namesOf(calls: readonly { name: string }[]): string[] {
  return calls.map((call) => call.name);
}
