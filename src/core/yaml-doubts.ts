import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair } from "yaml";
import { DEEP_REFUSED, DEEPEST, PROTO_REFUSED } from "./json.ts";

/** What a document says twice, or says in a way that no program can follow. */
export interface Doubt {
  /** Where, as an offset into the text. */
  offset: number;
  message: string;
  hint: string;
}

/** Thrown at the first one, since what comes behind it may have no end. */
class Found extends Error {
  readonly doubt: Doubt;
  constructor(doubt: Doubt) {
    super(doubt.message);
    this.doubt = doubt;
  }
}

/**
 * The first thing in a parsed document that plain JSON values cannot hold: an anchor within itself, nesting beyond {@link DEEPEST}, a key
 * `__proto__`, and a key that is there twice: in JSON `1` and `"1"` are one.
 */
export function doubtIn(doc: Document): Doubt | undefined {
  /** Of each anchor how deep its value goes; null while it is open. */
  const anchors = new Map<string, number | null>();
  try {
    heightOf(doc.contents, 0, anchors);
    return undefined;
  } catch (error) {
    if (error instanceof Found) return error.doubt;
    throw error;
  }
}

/** How many maps and lists a node holds within each other; an alias counts as what it stands for. */
function heightOf(node: unknown, depth: number, anchors: Map<string, number | null>): number {
  if (isPair(node)) return pairHeight(node, depth, anchors);
  if (isAlias(node)) return aliasHeight(node, node.source, depth, anchors);
  if (!isMap(node) && !isSeq(node)) return 0;
  if (depth >= DEEPEST) throw new Found({ offset: startOf(node), ...DEEP_REFUSED });
  if (node.anchor !== undefined) anchors.set(node.anchor, null);
  if (isMap(node)) oneEach(node.items);
  let height = 0;
  for (const item of node.items) height = Math.max(height, heightOf(item, depth + 1, anchors));
  if (node.anchor !== undefined) anchors.set(node.anchor, height + 1);
  return height + 1;
}

function pairHeight({ key, value }: Pair, depth: number, anchors: Map<string, number | null>): number {
  return Math.max(heightOf(key, depth, anchors), heightOf(value, depth, anchors));
}

function aliasHeight(node: Node, anchor: string, depth: number, anchors: ReadonlyMap<string, number | null>): number {
  const height = anchors.get(anchor) ?? 0;
  if (anchors.get(anchor) === null)
    throw new Found({
      offset: startOf(node),
      message: `*${anchor} stands within what it is short for, which would never end`,
      hint: "write the value out, or name another anchor",
    });
  if (depth + height > DEEPEST) throw new Found({ offset: startOf(node), ...DEEP_REFUSED });
  return height;
}

/** In JSON every key is a text. */
function oneEach(items: readonly unknown[]): void {
  const seen = new Set<string>();
  for (const item of items) {
    if (!isPair(item) || !isScalar(item.key)) continue;
    const key = String(item.key.value);
    if (key === "__proto__") throw new Found({ offset: startOf(item.key), ...PROTO_REFUSED });
    if (seen.has(key))
      throw new Found({
        offset: startOf(item.key),
        message: `the key ${JSON.stringify(key)} is there twice`,
        hint: "keep the one that is meant",
      });
    seen.add(key);
  }
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
