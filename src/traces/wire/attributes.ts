import type { Attributes, Value } from "./span.ts";
import { Unreadable } from "./unreadable.ts";

/** Beyond what any sender means: SDKs stop at 128, and a conversation of thousands of messages, a key a part, stays below. */
const MOST_ATTRIBUTES = 100_000;

/** As deep as a value may be: three messages a level stay within the hundred that protobuf readers of any make follow. */
const DEEPEST_VALUE = 30;

/** Sets a key whatever it is called; `__proto__` would set something else, and later copies would lose it. */
export function put(into: Attributes, key: string, value: Value): void {
  if (key === "__proto__") throw new Unreadable("a key is called __proto__");
  into[key] = value;
}

/** A value that came as plain JSON, as it is. */
export function plainValue(value: unknown, depth = 0): Value {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return finite(value);
  if (typeof value !== "object") return null;
  checkDepth(depth);
  if (Array.isArray(value)) return value.map((item) => plainValue(item, depth + 1));
  return plainAttributes(value, depth + 1);
}

export function plainAttributes(value: object, depth = 0): Attributes {
  const found: Attributes = {};
  const entries = Object.entries(value);
  checkCount(entries.length);
  for (const [key, its] of entries) put(found, key, plainValue(its, depth));
  return found;
}

/** What JSON has no number for is text: it would be stored as null. And zero has one sign. */
export function finite(value: number): number | string {
  return Number.isFinite(value) ? value + 0 : String(value);
}

export function checkDepth(depth: number): void {
  if (depth > DEEPEST_VALUE) throw new Unreadable(`a value within values, more than ${DEEPEST_VALUE} deep`);
}

export function checkCount(count: number): void {
  if (count > MOST_ATTRIBUTES) throw new Unreadable(`more than ${MOST_ATTRIBUTES} attributes`);
}
