import { DURATIONS, type Field, FIELDS, squashed } from "./flat-keys.ts";
import { type Loose, says } from "./loose.ts";

/** A line of loose keys, out of which each is taken once. */
export interface FlatLine {
  /** The first of those names that says something, and is accepted; it is then no longer in the line. */
  take(names: readonly string[], accepts?: (value: unknown) => boolean): unknown;
  field(field: Field, accepts?: (value: unknown) => boolean): unknown;
  /** A text or a number, as text. */
  id(field: Field): string | undefined;
  /** What nobody took, under its own name. */
  rest(): [string, unknown][];
}

export function flatLine(raw: Loose): FlatLine {
  const left = new Map(Object.entries(raw));
  const byName = new Map<string, string>();
  for (const key of left.keys()) if (!byName.has(squashed(key))) byName.set(squashed(key), key);
  function take(names: readonly string[], accepts: (value: unknown) => boolean = says): unknown {
    for (const name of names) {
      const key = byName.get(name);
      const value = key === undefined ? undefined : left.get(key);
      if (key === undefined || !says(value) || !accepts(value)) continue;
      left.delete(key);
      return value;
    }
    return undefined;
  }
  const field: FlatLine["field"] = (name, accepts) => take(FIELDS[name], accepts);
  return {
    take,
    field,
    id: (name) => textOrNone(field(name, isTextOrNumber)),
    rest: () => [...left].filter(([, value]) => value !== null && value !== ""),
  };
}

function isTextOrNumber(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

export function isPlain(value: unknown): value is string | number | boolean {
  return isTextOrNumber(value) || typeof value === "boolean";
}

function textOrNone(value: unknown): string | undefined {
  return isTextOrNumber(value) ? String(value) : undefined;
}

const TELLING = new Set<string>([
  ...(["traceId", "spanId", "start", "end"] as const).flatMap((field) => [...FIELDS[field]]),
  ...DURATIONS.flatMap(([, names]) => [...names]),
]);

/** Whether an object looks like a line of a log of steps: it has a time or an id. */
export function isFlatLine(value: object): boolean {
  return Object.keys(value).some((key) => TELLING.has(squashed(key)));
}
