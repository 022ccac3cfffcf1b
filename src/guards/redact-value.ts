import { DEEPEST } from "../core/json.ts";
import type { FieldName, Redactor } from "./redact.ts";

/** What stands for everything deeper than can be walked: it was not looked at, so it is not kept. */
const TOO_DEEP = "[redacted:depth]";
type Fields = Record<string, unknown>;

/**
 * A JSON value with its strings and keys redacted, and whole numbers that are cards; the very same value where nothing was found. Whatever
 * is no JSON (bytes, dates) is left as it is.
 */
export function redactValue<T>(value: T, redact: Redactor): T {
  return walk(value, redact, undefined, 0) as T;
}

function walk(value: unknown, redact: Redactor, name: FieldName | undefined, depth: number): unknown {
  if (typeof value === "string") return name === undefined ? redact(value) : redact.field(value, name);
  // Below are the numbers that no card has; above, those of which the last digits are lost.
  if (typeof value === "number")
    return value >= 1e12 && Number.isSafeInteger(value) ? (redact.number(String(value)) ?? value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEEPEST) return TOO_DEEP;
  if (Array.isArray(value)) return walkList(value, redact, name, depth);
  return isPlain(value) ? walkFields(value, redact, name, depth) : value;
}

function isPlain(value: object): value is Fields {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function walkList(list: readonly unknown[], redact: Redactor, name: FieldName | undefined, depth: number): unknown {
  let copy: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    const redacted = walk(item, redact, name, depth + 1);
    if (Object.is(redacted, item)) continue;
    copy ??= [...list];
    copy[i] = redacted;
  }
  return copy ?? list;
}

function walkFields(fields: Fields, redact: Redactor, name: FieldName | undefined, depth: number): unknown {
  const keys = Object.keys(fields);
  let copy: [string, unknown][] | undefined;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? "";
    const value = fields[key];
    const own = redact.nameOf(key);
    const redacted = walk(value, redact, NESTED.has(key) ? namedBy(fields, redact, name ?? own) : own, depth + 1);
    if (copy === undefined && (own.redacted !== key || !Object.is(redacted, value)))
      copy = keys.slice(0, i).map((before) => [before, fields[before]]);
    copy?.push([own.redacted, redacted]);
  }
  return copy === undefined ? fields : Object.fromEntries(withOwnKeys(copy));
}

/** Keys that say nothing of their value. */
const NESTED = new Set(["value", "stringValue"]);

/** In `{ key: NAME, value: … }` the name; within OTLP's `{ stringValue: … }` what named the whole. */
function namedBy(fields: Fields, redact: Redactor, otherwise: FieldName): FieldName {
  const named = fields["key"] ?? fields["name"];
  return typeof named === "string" ? redact.nameOf(named) : otherwise;
}

/** Two addresses as keys are both `[redacted:email]`, and neither's value is to be lost. */
function withOwnKeys(entries: readonly [string, unknown][]): [string, unknown][] {
  const times = new Map<string, number>();
  const taken = new Set(entries.map(([key]) => key));
  return entries.map(([key, value]) => {
    let n = (times.get(key) ?? 0) + 1;
    while (n > 1 && taken.has(`${key} ${n}`)) n++;
    times.set(key, n);
    return [n === 1 ? key : `${key} ${n}`, value];
  });
}
