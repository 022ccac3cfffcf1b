import { readJson } from "../../core/json.ts";
import { isInverted, passOrFail, type Prepare } from "../measure.ts";
import { reference } from "../reference.ts";
import { lookAlike } from "../look-alike.ts";
import { quote, textOf } from "../wording.ts";

/**
 * Exact equality: text with text, JSON with JSON at any depth. Text is read as JSON when an object or a list is
 * expected, and an object is compared with the JSON that an expected text spells, as a spreadsheet holds it; a number or boolean equals the
 * text that spells it.
 */
export const equals: Prepare<"equals"> = (spec) => (subject) => {
  const expected = reference(spec.value, subject);
  const { output } = subject;
  const pass = same(output, expected);
  const fact = pass ? "output equals" : "output is not";
  const told = pass || isInverted(spec) ? "" : `${why(output, expected)}; it is ${quote(output)}`;
  return passOrFail(pass, `${fact} ${quote(expected)}${told}`);
};

function why(output: unknown, expected: unknown): string {
  const [text, value] = typeof output === "string" ? [output, expected] : [expected, output];
  const read = typeof text === "string" && typeof value === "object" ? readJson(text) : undefined;
  if (read !== undefined && "problem" in read && !read.problem.syntax) return `, since ${read.problem.message}`;
  return lookAlike(textOf(output), textOf(expected));
}

function same(output: unknown, expected: unknown): boolean {
  if (typeof output === "string" && typeof expected === "string") return output === expected;
  if (typeof output === "string" && typeof expected === "object") return deepEqual(parsed(output), expected);
  if (typeof expected === "string" && typeof output === "object" && output !== null)
    return deepEqual(output, parsed(expected));
  if (typeof output === "string" || typeof expected === "string")
    return textOf(output) === textOf(expected) || spells(expected, output);
  return deepEqual(output, expected);
}

/** The JSON value a text spells, or undefined; what says two things spells neither. */
function parsed(text: string): unknown {
  const read = readJson(text);
  return "value" in read ? read.value : undefined;
}

/** A number as nobody would print it, but the same: `3.10`, `1e3`. What only a text can be is none: `007`, `+49`, an id of twenty digits. */
const OTHER_SPELLING = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?$/i;
const SAFE_DIGITS = 15;

/** Whether a text that kept the spelling of a number spells this one. */
function spells(text: unknown, number: unknown): boolean {
  if (typeof number !== "number" || typeof text !== "string" || !OTHER_SPELLING.test(text)) return false;
  return Number(text) === number && String(number) !== text && text.replace(/e.*|\D/gi, "").length <= SAFE_DIGITS;
}

/** Equality of two JSON values; key order does not matter. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b || spells(a, b) || spells(b, a)) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && deepEqual(at(a, key), at(b, key)));
}

function at(value: object, key: string): unknown {
  return (value as Record<string, unknown>)[key];
}
