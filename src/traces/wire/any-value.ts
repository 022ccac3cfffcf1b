import { checkCount, checkDepth, finite, put } from "./attributes.ts";
import { int64Of } from "./integers.ts";
import type { Attributes, Value } from "./span.ts";
import { Unreadable } from "./unreadable.ts";

/** The list of KeyValues of OTLP, as JSON or as protobufjs decodes it. Of two with one key the last is kept, as in JSON. */
export function attributesOf(list: unknown, depth = 0): Attributes {
  const found: Attributes = {};
  if (list === undefined || list === null) return found;
  if (!Array.isArray(list)) throw new Unreadable("attributes that are no list");
  checkCount(list.length);
  for (const item of list as unknown[]) {
    const { key, value } = (item ?? {}) as { key?: unknown; value?: unknown };
    if (typeof key !== "string") throw new Unreadable("an attribute without a key");
    put(found, key, valueOf(value, depth));
  }
  return found;
}

/** An AnyValue. What has none of the kinds is null: protobuf's empty message. */
function valueOf(any: unknown, depth: number): Value {
  if (any === null || any === undefined) return null;
  if (typeof any !== "object") throw new Unreadable("an attribute's value is no AnyValue");
  // Nine of ten are this; protobufjs has an empty one where another kind was sent.
  const { stringValue } = any as { stringValue?: unknown };
  if (typeof stringValue === "string" && stringValue !== "") return stringValue;
  for (const key of Object.keys(any)) {
    const its = (any as Record<string, unknown>)[key];
    const read = KINDS.get(key);
    if (read !== undefined && its !== null && its !== undefined) return read(its, depth + 1);
  }
  return null;
}

type ReadKind = (value: unknown, depth: number) => Value;

const KINDS = bothSpellings({
  stringValue: (value) => typed(value, "string"),
  boolValue: (value) => typed(value, "boolean"),
  intValue: int64Of,
  doubleValue: (value) => finite(typeof value === "string" ? numberIn(value) : typed(value, "number")),
  bytesValue: (value) => (value instanceof Uint8Array ? Buffer.from(value).toString("base64") : typed(value, "string")),
  arrayValue: (value, depth) => {
    checkDepth(depth);
    return valuesIn(value).map((item) => valueOf(item, depth));
  },
  kvlistValue: (value, depth) => {
    checkDepth(depth);
    return attributesOf(valuesIn(value), depth);
  },
});

/** `stringValue` as JSON has it, and `string_value` as the .proto files do. */
function bothSpellings(kinds: Record<string, ReadKind>): ReadonlyMap<string, ReadKind> {
  return new Map(
    Object.entries(kinds).flatMap(([key, read]) => [key, key.replace("Value", "_value")].map((name) => [name, read])),
  );
}

interface Types {
  string: string;
  boolean: boolean;
  number: number;
}

function typed<T extends keyof Types>(value: unknown, type: T): Types[T] {
  if (typeof value !== type) throw new Unreadable(`a value of the kind ${type} is none`);
  return value as Types[T];
}

/** protobuf's JSON may write a double as text, and must where it is no number. */
function numberIn(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || (Number.isNaN(number) && text !== "NaN")) throw new Unreadable("a double cannot be read");
  return number;
}

function valuesIn(value: unknown): unknown[] {
  const { values = [] } = value as { values?: unknown };
  if (!Array.isArray(values)) throw new Unreadable("values that are no list");
  return values;
}
