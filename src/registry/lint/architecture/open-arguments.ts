import { reachOf } from "./pattern-reach.ts";
import { isSchema, type Schema, variants } from "./variants.ts";

/** Texts of these are of a form whose length is known, or nearly. Addresses and patterns are not: anything fits into a query. */
const SHORT_FORMATS = ["date", "date-time", "time", "duration", "uuid", "ipv4", "ipv6", "email", "hostname"];

/** Deeper is not looked at: a schema that leads back to itself has no end. */
const DEEPEST = 8;

/** Arguments of a tool that no bound stands on, as `a.b`, `list[]` and `usd (no minimum)`; none where every value is bounded. */
export function openArguments(inputSchema: Schema): string[] {
  const found = variants(inputSchema, inputSchema).flatMap((one) => ofObject(one, { root: inputSchema, path: "" }));
  return [...new Set(found)];
}

interface Place {
  /** What `#` in a reference means. */
  root: Schema;
  path: string;
}

function ofObject(schema: Schema, { root, path }: Place): string[] {
  const inner = (name: string, value: unknown) =>
    ofValue(value, { root, path: path === "" ? name : `${path}.${name}` });
  const named = Object.entries(isSchema(schema["properties"]) ? schema["properties"] : {});
  const byPattern = Object.entries(isSchema(schema["patternProperties"]) ? schema["patternProperties"] : {});
  const others = schema["additionalProperties"] ?? schema["unevaluatedProperties"];
  const counted = schema["maxProperties"] !== undefined;
  const rest = path === "" ? "arguments it does not name" : `${path}.*`;
  return [
    ...named.flatMap(([name, value]) => inner(name, value)),
    ...byPattern.flatMap(([name, value]) => (counted ? inner(`/${name}/`, value) : [`${rest} (no maxProperties)`])),
    ...(others === false || schema["maxProperties"] === 0 ? [] : isSchema(others) && counted ? inner("*", others) : [rest]), // prettier-ignore
  ];
}

function ofValue(value: unknown, place: Place): string[] {
  if (value === false) return [];
  if (!isSchema(value)) return [place.path];
  if (place.path.split(".").length > DEEPEST) return [];
  return variants(value, place.root).flatMap((one) => ofVariant(one, place));
}

function ofVariant(value: Schema, place: Place): string[] {
  if (value["enum"] !== undefined || value["const"] !== undefined) return [];
  if (value["type"] === undefined) return [place.path];
  return [value["type"]].flat().flatMap((type) => {
    if (type === "null" || type === "boolean") return [];
    if (type === "object") return ofObject(value, place);
    if (type === "array") return ofList(value, place);
    if (type === "string") return ofText(value, place);
    return ofNumber(value, place);
  });
}

/** A refund below nothing is a charge. */
function ofNumber(value: Schema, { path }: Place): string[] {
  const lacks = (side: string) => value[`${side}imum`] === undefined && value[`exclusive${side === "max" ? "Max" : "Min"}imum`] === undefined; // prettier-ignore
  const [above, below] = [lacks("max"), lacks("min")];
  if (above && below) return [path];
  if (above) return [`${path} (no maximum)`];
  return below ? [`${path} (no minimum)`] : [];
}

function ofText({ maxLength, pattern, format }: Schema, { path }: Place): string[] {
  if (maxLength !== undefined || SHORT_FORMATS.includes(String(format))) return [];
  if (typeof pattern !== "string") return [path];
  const reach = reachOf(pattern);
  if (reach === "part") return [`${path} (its pattern may stand anywhere in it: ^…$)`];
  return reach === "anything" ? [path] : [];
}

function ofList(value: Schema, place: Place): string[] {
  const { items, maxItems, prefixItems, uniqueItems } = value;
  const each = { ...place, path: `${place.path}[]` };
  const first = Array.isArray(prefixItems) ? prefixItems.flatMap((one) => ofValue(one, each)) : [];
  // A tuple of what it names.
  if (items === false) return first;
  const open = [...first, ...ofValue(items ?? true, each)];
  const isSet = uniqueItems === true && isSchema(items) && variants(items, place.root).every((one) => one["enum"] !== undefined); // prettier-ignore
  return maxItems !== undefined || isSet ? open : [`${place.path} (no maxItems)`, ...open];
}
