import type { ToolCall } from "../../models/client/client.ts";
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
 * `input`; comma separated names in a text. Throws when expected is something else.
 */
export function expectedCalls(subject: Subject): ExpectedCall[] {
  const expected = reference(undefined, subject);
  const calls = typeof expected === "string" ? splitList(expected) : expected;
  if (!Array.isArray(calls)) throw new Error(`expected ${quote(expected)} is no list of tool calls`);
  return calls.map(expectedCall);
}

function expectedCall(call: unknown): ExpectedCall {
  if (typeof call === "string") return { name: call, args: undefined };
  const { name, ...rest } = (call ?? {}) as Record<string, unknown>;
  if (typeof name !== "string") throw new Error(`expected tool call ${quote(call)} has no name`);
  return { name, args: rest["arguments"] ?? rest["args"] ?? rest["kwargs"] ?? rest["input"] };
}

/** A call's arguments; recordings often keep them as JSON text. */
export function argsOf(call: ToolCall): unknown {
  if (typeof call.arguments !== "string") return call.arguments;
  try {
    return JSON.parse(call.arguments);
  } catch {
    return call.arguments;
  }
}

export function namesOf(calls: readonly { name: string }[]): string[] {
  return calls.map((call) => call.name);
}
