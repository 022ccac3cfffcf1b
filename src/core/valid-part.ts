import type { z } from "zod";

/** More rounds than mistakes that somebody makes in one file. */
const ROUNDS = 20;

/** What stands in for what cannot be left out. */
export interface StandIns {
  /** By key of the whole. */
  missing?: Readonly<Record<string, unknown>>;
  /** An item of a list directly under a key of the whole: without it the others would be in its places, and every line that is told another's. */
  item?: (written: unknown, list: PropertyKey) => unknown;
}

/**
 * What a value is without its mistakes: keys that nobody knows, and optional values of another type, left out; what stands in for the rest,
 * where that is given. Undefined where that is not enough. For looking at the rest of a file, never for using it.
 */
export function validPart<T>(schema: z.ZodType<T>, value: unknown, standIns: StandIns = {}): T | undefined {
  const rest: unknown = structuredClone(value);
  const replaced = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const { success, data, error } = schema.safeParse(rest);
    if (success) return data;
    const mended = error.issues.flatMap(pathsOf).map((path) => mend(rest, path, standIns, replaced));
    if (!mended.includes(true)) return undefined;
  }
  return undefined;
}

function pathsOf(issue: z.core.$ZodIssue): PropertyKey[][] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => [...issue.path, key]);
  return [issue.path];
}

/** Leaves out the value at a path, else the nearest thing around it that can go; what has to be there is stood in for, once. */
function mend(from: unknown, path: PropertyKey[], { missing = {}, item }: StandIns, replaced: Set<string>): boolean {
  const [key, index] = path;
  const once = (what: string) => !replaced.has(what) && Boolean(replaced.add(what));
  for (let length = path.length; length > 0; length--) {
    if (remove(from, path.slice(0, length))) return true;
    const list = length === 2 && key !== undefined ? (from as Record<PropertyKey, unknown>)[key] : undefined;
    if (item === undefined || !Array.isArray(list) || typeof index !== "number" || !once(`${String(key)}.${index}`)) continue; // prettier-ignore
    list[index] = item(list[index], key as PropertyKey);
    return true;
  }
  if (typeof from !== "object" || from === null || typeof key !== "string" || !Object.hasOwn(missing, key))
    return false;
  if (!once(key)) return false;
  (from as Record<string, unknown>)[key] = missing[key];
  return true;
}

function remove(from: unknown, path: readonly PropertyKey[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined || typeof from !== "object" || from === null) return false;
  if (rest.length > 0) return remove((from as Record<PropertyKey, unknown>)[key], rest);
  if (Array.isArray(from)) return false;
  return Object.hasOwn(from, key) && Reflect.deleteProperty(from, key);
}
