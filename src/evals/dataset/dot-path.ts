/**
 * Reads a dot path in a JSON value: `a.b.0.c`; a negative index counts from the end of a list. A key that itself
 * contains dots wins when it is there. Undefined when any part is missing; only own properties are read.
 */
export function readPath(value: unknown, path: string): unknown {
  if (hasOwn(value, path)) return value[path];
  let at = value;
  for (const segment of path.split(".")) {
    at = stepInto(at, segment);
    if (at === undefined) return undefined;
  }
  return at;
}

function stepInto(value: unknown, segment: string): unknown {
  if (Array.isArray(value)) return /^-?\d+$/.test(segment) ? value.at(Number(segment)) : undefined;
  return hasOwn(value, segment) ? value[segment] : undefined;
}

function hasOwn(value: unknown, key: string): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, key);
}
