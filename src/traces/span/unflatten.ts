import type { Attributes, Value } from "../wire/span.ts";

/** More places than any conversation has: a key that says `messages.999999999` makes no list of a billion. */
const MOST_PLACES = 100_000;
const DEEPEST = 12;

/**
 * What a dialect spread over keys, put together: `llm.input_messages.0.message.role` under `llm.input_messages.` becomes `[{ message: { role } }]`.
 * Places that are missing are left out, not filled; what fits no list stays an object.
 */
export function unflatten(attributes: Attributes, prefix: string): Value | undefined {
  const root: Node = new Map();
  let any = false;
  for (const [key, value] of Object.entries(attributes)) {
    if (!key.startsWith(prefix)) continue;
    any = put(root, key.slice(prefix.length).split("."), value) || any;
  }
  return any ? valueOf(root) : undefined;
}

type Node = Map<string, Node | { value: Value }>;

function put(root: Node, path: readonly string[], value: Value): boolean {
  if (path.length > DEEPEST) return false;
  let node = root;
  for (const step of path.slice(0, -1)) {
    const next = node.get(step);
    if (next instanceof Map) {
      node = next;
      continue;
    }
    // Said as a value and spread as well: the parts win.
    const made: Node = new Map();
    node.set(step, made);
    node = made;
  }
  const last = path.at(-1) ?? "";
  if (!(node.get(last) instanceof Map)) node.set(last, { value });
  return true;
}

function valueOf(node: Node): Value {
  const keys = [...node.keys()];
  const isList = keys.length > 0 && keys.every((key) => /^\d{1,9}$/.test(key) && Number(key) < MOST_PLACES);
  const part = (key: string): Value => {
    const found = node.get(key);
    return found instanceof Map ? valueOf(found) : (found?.value ?? null);
  };
  if (isList) return keys.sort((a, b) => Number(a) - Number(b)).map(part);
  return Object.fromEntries(keys.map((key) => [key, part(key)]));
}
