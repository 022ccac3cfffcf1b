import { messageOf } from "../../core/errors.ts";
import { readJson } from "../../core/json.ts";
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
  if (typeof step === "string") return byName(step, path);
  if (step.pattern !== undefined) {
    const { pattern } = step;
    return { label: pattern, matches: (name) => glob(pattern.toLowerCase(), name.toLowerCase()) };
  }
  if (step.name === undefined) throw fault([...path, "name"], "missing; give name: or pattern:");
  return byName(step.name, [...path, "name"]);
}

function byName(wanted: string, path: readonly (string | number)[]): ToolMatcher {
  try {
    checkName(wanted, NAME_OR_PATH);
  } catch (error) {
    throw fault(path, messageOf(error), "a tool with such a name is found by pattern:");
  }
  return { label: wanted, matches: (name) => sameName(name, wanted) };
}

/** The same letters, however they are composed. */
export function sameName(one: string, other: string): boolean {
  return one.normalize("NFC") === other.normalize("NFC");
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

/** What tools are called: letters of any script, digits, `_ . : -`. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.:-]*$/u;
/** Also an MCP tool with its server, `server/tool`: not in a text, where `refund/mail` may as well mean two. */
const NAME_OR_PATH = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.:-]*(?:\/[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.:-]*)*$/u;

/** A text that is no name was meant otherwise, `refund()` or `refund or mail`: looking for a tool that nobody can call would show that it was not called. */
function checkName(name: string, form: RegExp): void {
  if (form.test(name)) return;
  const slash = NAME_OR_PATH.test(name) ? ": it may be two; server/tool stands in a JSON list" : "";
  throw new Error(
    `${quote(name)} is no name of a tool${slash}; neither names of tools with commas between nor the JSON of calls`,
  );
}

/** The JSON of calls, or names with commas between, each in double quotes or not. Throws on anything else. */
function callsIn(text: string): unknown[] {
  if (/^\s*[[{]/.test(text)) return callsOfJson(text);
  const names = splitList(text);
  for (const name of names) checkName(name, NAME);
  return names;
}

function callsOfJson(text: string): unknown[] {
  const json = readJson(text);
  if ("value" in json) return [json.value].flat();
  throw new Error(`${quote(text)} is neither names of tools nor the JSON of calls: ${json.problem.message}`);
}

/** The names that a scorer's value gives, or of the calls the case expects. */
export function expectedNames(value: string | string[] | undefined, subject: Subject): string[] {
  return value === undefined ? namesOf(expectedCalls(subject)) : namesIn(value);
}

/** Names in a scorer's value: a list, or a text with commas between. */
export function namesIn(value: string | string[]): string[] {
  const calls =
    typeof value === "string"
      ? callsIn(value)
      : value.flatMap((one) => (NAME_OR_PATH.test(one) ? [one] : callsIn(one)));
  return namesOf(calls.map(expectedCall));
}

function expectedCall(call: unknown): ExpectedCall {
  if (typeof call === "string") return expectedCall({ name: call });
  const row = (call ?? {}) as Record<string, unknown>;
  const { name, ...rest } = (row["name"] === undefined ? (row["function"] ?? row) : row) as Record<string, unknown>;
  if (typeof name !== "string") throw new Error(`expected tool call ${quote(call)} has no name`);
  checkName(name, NAME_OR_PATH);
  const args = rest["arguments"] ?? rest["args"] ?? rest["kwargs"] ?? rest["input"];
  return { name: name.normalize("NFC"), args: args === undefined ? undefined : parsedArguments(args) };
}

/** A call's arguments; recordings often keep them as JSON text. */
export function argsOf(call: ToolCall): unknown {
  return parsedArguments(call.arguments);
}

/** Names as they are compared. */
export function namesOf(calls: readonly { name: string }[]): string[] {
  return calls.map((call) => call.name.normalize("NFC"));
}
