import { isInverted, passOrFail, type Prepare } from "../measure.ts";
import { reference } from "../reference.ts";
import { quote, textOf } from "../wording.ts";

/**
 * Exact equality: text with text, JSON with JSON at any depth. Text is read as JSON when an object or a list is
 * expected; a number or boolean equals the text that spells it.
 */
export const equals: Prepare<"equals"> = (spec) => (subject) => {
  const expected = reference(spec.value, subject);
  const { output } = subject;
  const pass = same(output, expected);
  const fact = pass ? "output equals" : "output is not";
  return passOrFail(pass, `${fact} ${quote(expected)}${pass || isInverted(spec) ? "" : `; it is ${quote(output)}`}`);
};

function same(output: unknown, expected: unknown): boolean {
  if (typeof output === "string" && typeof expected === "string") return output === expected;
  if (typeof output === "string" && typeof expected === "object") return deepEqual(parsed(output), expected);
  if (typeof output === "string" || typeof expected === "string") return textOf(output) === textOf(expected);
  return deepEqual(output, expected);
}

/** The JSON value a text spells, or undefined. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Equality of two JSON values; key order does not matter. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && deepEqual(at(a, key), at(b, key)));
}

function at(value: object, key: string): unknown {
  return (value as Record<string, unknown>)[key];
}
