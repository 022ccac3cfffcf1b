import { type Document, isScalar, LineCounter, parseDocument, type Tags, visit } from "yaml";

type Tag = Exclude<Tags[number], string>;

/**
 * Which plain numbers stay the text that was written: `all` that would be printed otherwise (`02134`, `3.10`, `+49…`, an id of twenty digits), or
 * only `ids`, which are another thing as a number (not `3.10`, which is as much as 3.1).
 */
export type KeptSpelling = "all" | "ids";

const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?$/i;

/** Whether a number that was written so is to be kept as that text. */
function isKept(written: string, read: number, kept: KeptSpelling): boolean {
  if (String(read) === written) return false;
  return kept === "all" || !DECIMAL.test(written) || isUnsafe(written);
}

/** An integer with more digits than a number has. */
function isUnsafe(written: string): boolean {
  return /^-?\d+$/.test(written) && !Number.isSafeInteger(Number(written));
}

/** The tags of YAML, with numbers that lose their spelling resolved to what was written. */
export const keepSpelling = (kept: KeptSpelling) => (tags: Tags) =>
  tags.map((tag) => (typeof tag !== "string" && isNumeric(tag) ? spelled(tag, kept) : tag));

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/** A JSON text in which integers that no number can hold are texts of their digits. */
export function keepLongIntegers(json: string): string {
  if (!/[:[,\s]-?\d{16,}\s*[,}\]]/.test(json)) return json;
  return json.replace(TOKEN, (token) => (isUnsafe(token) ? `"${token}"` : token));
}

function isNumeric({ tag }: Tag): boolean {
  return tag === "tag:yaml.org,2002:int" || tag === "tag:yaml.org,2002:float";
}

function spelled<T extends Tag>(tag: T, kept: KeptSpelling): T {
  const resolve: Resolve = (text, ...rest) => {
    const value = (tag as { resolve: Resolve }).resolve(text, ...rest);
    const number = isScalar(value) ? value.value : value;
    return typeof text === "string" && typeof number === "number" && isKept(text, number, kept) ? text : value;
  };
  return { ...tag, resolve };
}

type Resolve = (text: unknown, ...rest: unknown[]) => unknown;

/** A plain number whose spelling a number does not keep, with where it stands. */
export interface LostSpelling {
  written: string;
  read: number;
  /** Another thing as a number: a postal code without its zero, an id without its last digits. `3.10` is as much as 3.1. */
  id: boolean;
  /** Keys and positions from the top of the document. */
  path: (string | number)[];
  line: number;
  column: number;
}

/** The numbers in a YAML text that lose their spelling, from top to bottom. A text that is no YAML has none. */
export function lostSpellings(text: string): LostSpelling[] {
  const lines = new LineCounter();
  return lostIn(parseDocument(text, { lineCounter: lines, prettyErrors: false }), lines);
}

/** The same of a text that was parsed. */
export function lostIn(doc: Document, lines: LineCounter): LostSpelling[] {
  const found: LostSpelling[] = [];
  visit(doc, {
    Scalar(key, { value, source, range }, ancestors) {
      if (key === "key" || typeof value !== "number" || source === undefined || String(value) === source) return;
      const { line, col } = lines.linePos(range?.[0] ?? 0);
      found.push({
        written: source,
        read: value,
        id: isKept(source, value, "ids"),
        path: pathOf([...ancestors], key),
        line,
        column: col,
      });
    },
  });
  return found;
}

/** Each pair of a map names the step to its value; an item of a list is named by its place. */
function pathOf(ancestors: readonly unknown[], last: number | "key" | "value" | null): (string | number)[] {
  const path: (string | number)[] = [];
  for (const [depth, ancestor] of ancestors.entries()) {
    const node = ancestor as { key?: unknown; items?: unknown[] };
    if (isScalar(node.key)) path.push(String(node.key.value));
    else if (Array.isArray(node.items)) {
      const child = depth + 1 < ancestors.length ? node.items.indexOf(ancestors[depth + 1]) : Number(last);
      if (!isScalar((node.items[child] as { key?: unknown } | undefined)?.key)) path.push(child);
    }
  }
  return path;
}
