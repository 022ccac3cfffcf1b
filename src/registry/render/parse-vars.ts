import { AgentopsError } from "../../core/errors.ts";
import { PROTO_REFUSED, readJson } from "../../core/json.ts";
import { keepLongIntegers } from "../../core/spelling.ts";
import type { Prompt } from "../schema.ts";

/**
 * Variables typed as `k=v`. A value is text unless the prompt declares another type for it; then it is read as JSON. A number that would lose
 * its spelling stays text where text may stand. Throws USAGE, also for a name that is there twice.
 */
export function parseVars(prompt: Prompt, pairs: readonly string[]): Record<string, unknown> {
  const parsed = pairs.map((pair) => parsePair(prompt, pair));
  const names = parsed.map(([name]) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new AgentopsError("USAGE", `variable ${twice} is given twice`, { hint: "keep the one that is meant" });
  return Object.fromEntries(parsed);
}

function parsePair(prompt: Prompt, pair: string): [string, unknown] {
  const equals = pair.indexOf("=");
  if (equals <= 0) throw new AgentopsError("USAGE", `not a variable: "${pair}"`, { hint: "--var NAME=VALUE" });
  const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
  if (name === "__proto__") throw new AgentopsError("USAGE", PROTO_REFUSED.message, { hint: PROTO_REFUSED.hint });
  const types = declaredTypes(prompt, name);
  refuseDoubt(name, types, value);
  const read = asDeclared(types, value);
  if (read !== value || types.length === 0 || types.includes("string")) return [name, read];
  throw new AgentopsError("USAGE", `variable ${name} is declared as ${types.join(" or ")}, and "${value}" is not`, {
    hint: isNumeral(value) ? "a number does not keep this spelling: declare type: string" : undefined,
  });
}

/** JSON that says two things is neither of them; what is no JSON may be the text that is meant. */
function refuseDoubt(name: string, types: readonly unknown[], text: string): void {
  const json = types.every((type) => type === "string") ? undefined : readJson(text);
  if (json === undefined || "value" in json || json.problem.syntax) return;
  const { offset, message, hint } = json.problem;
  throw new AgentopsError("USAGE", `variable ${name}, character ${offset + 1}: ${message}`, { hint });
}

/** A row of a spreadsheet, and a number kept as it is written, hold text for whatever the prompt declares. */
export function declaredVars(prompt: Prompt, vars: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const read = ([name, value]: [string, unknown]): [string, unknown] => {
    const types = declaredTypes(prompt, name);
    return [name, typeof value !== "string" || types.includes("string") ? value : asDeclared(types, value)];
  };
  return Object.fromEntries(Object.entries(vars).map(read));
}

function declaredTypes(prompt: Prompt, name: string): unknown[] {
  const properties = prompt.agentops?.input?.["properties"] as
    Record<string, { type?: unknown } | undefined> | undefined;
  return [properties?.[name]?.type ?? []].flat();
}

/**
 * The value a text spells, if the declared types allow it and it can be told from the text again; else the text. In a list or an object, as
 * in a data file, an integer that no number holds is the text of its digits.
 */
function asDeclared(types: readonly unknown[], text: string): unknown {
  if (types.length === 0 || (types.length === 1 && types[0] === "string")) return text;
  let value: unknown;
  try {
    value = JSON.parse(keepLongIntegers(text));
  } catch {
    return text;
  }
  if (typeof value === "string") return text;
  const same = typeof value !== "number" || String(value) === text || (!types.includes("string") && isExact(text));
  return same ? value : text;
}

/** Whether a number has all the digits of the text: 3.10 is 3.1, but an id of twenty digits is another one. */
function isExact(text: string): boolean {
  return text.replace(/e.*|^-?0*\.?0*|\D/gi, "").length <= 15;
}

function isNumeral(text: string): boolean {
  return /^[-+]?[\d.]+$/.test(text);
}
