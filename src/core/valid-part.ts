import type { z } from "zod";

/** More rounds than mistakes that somebody makes in one file. */
const ROUNDS = 20;

/**
 * What a value is without its mistakes: keys that nobody knows, and optional values of another type, left out. Undefined where that is not
 * enough. For looking at the rest of a file, never for using it.
 */
export function validPart<T>(schema: z.ZodType<T>, value: unknown): T | undefined {
  const rest: unknown = structuredClone(value);
  for (let round = 0; round < ROUNDS; round++) {
    const { success, data, error } = schema.safeParse(rest);
    if (success) return data;
    const removed = error.issues.flatMap(pathsOf).map((path) => removeAround(rest, path));
    if (!removed.includes(true)) return undefined;
  }
  return undefined;
}

function pathsOf(issue: z.core.$ZodIssue): PropertyKey[][] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => [...issue.path, key]);
  return [issue.path];
}

/** The value at a path, else the nearest thing around it that can go. */
function removeAround(from: unknown, path: readonly PropertyKey[]): boolean {
  return path.some((_, i) => remove(from, path.slice(0, path.length - i)));
}

function remove(from: unknown, path: readonly PropertyKey[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined || typeof from !== "object" || from === null) return false;
  if (rest.length > 0) return remove((from as Record<PropertyKey, unknown>)[key], rest);
  // Without an item of it a list has others in its places, and every line that is told would be another's.
  if (Array.isArray(from)) return false;
  return Object.hasOwn(from, key) && Reflect.deleteProperty(from, key);
}
