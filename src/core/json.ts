/** Deeper than anything that people or machines mean, and shallow enough for every function that walks a value. */
export const DEEPEST = 500;

/** What is wrong with a text that should be JSON. */
export interface JsonProblem {
  /** False for what is JSON, and yet says two things or more than can be walked. */
  syntax: boolean;
  /** Where, in UTF-16 units from 0. */
  offset: number;
  message: string;
  /** The way out. */
  hint: string;
}

export type ReadJson = { value: unknown } | { problem: JsonProblem };

/**
 * JSON that says one thing. `JSON.parse` takes the last of two equal keys and drops the others, so what was meant is anybody's guess; a key
 * `__proto__` is lost in most copies of a value; and a hundred thousand brackets end whatever walks them. All three are problems here, at
 * their place.
 */
export function readJson(text: string): ReadJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: notJson(text, error) };
  }
  // Every key and every text of a value has two quotes. A text with as many has no key twice, and in most texts that is all there is to ask.
  if (quotesIn(text) === quotesOf(value, 0)) return { value };
  const problem = ambiguity(text);
  return problem === undefined ? { value } : { problem };
}

/** 1-based place of an offset. */
export function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

/** V8 tells the place of most faults, and quotes the text in its other words: that may be a key, and an error goes to logs. */
function notJson(text: string, error: unknown): JsonProblem {
  const said = error instanceof Error ? error.message : "";
  const at = /at position (\d+)/.exec(said)?.[1];
  const ends = said.includes("end of JSON input") || said.startsWith("Unterminated");
  const offset = at === undefined ? (ends ? text.length : Math.max(0, text.search(/\S/))) : Number(at);
  return { syntax: true, offset, message: ends ? "not JSON: it ends too early" : "not JSON", hint: "one JSON value" };
}

function quotesIn(text: string): number {
  let n = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) n += 1;
  return n;
}

/** Infinity where only the text can tell what to say. Plain loops: every observation of a production comes by here. */
function quotesOf(value: unknown, depth: number): number {
  if (typeof value === "string") return 2;
  if (typeof value !== "object" || value === null) return 0;
  if (depth === DEEPEST) return Infinity;
  let n = 0;
  if (Array.isArray(value)) for (const item of value) n += quotesOf(item, depth + 1);
  else
    for (const key of Object.keys(value)) {
      if (key === PROTO) return Infinity;
      const its = (value as Record<string, unknown>)[key];
      n += typeof its === "string" ? 4 : typeof its === "object" ? 2 + quotesOf(its, depth + 1) : 2;
    }
  return n;
}

const PROTO = "__proto__";
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Walks a text that is JSON: the first key that is there twice, is `__proto__`, or the bracket that goes too deep. */
function ambiguity(text: string): JsonProblem | undefined {
  /** Of each object that is open its keys; null for a list. */
  const open: (Set<string> | null)[] = [];
  let keyNext = false;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === OPEN_OBJECT || c === OPEN_LIST) {
      open.push(c === OPEN_OBJECT ? new Set() : null);
      keyNext = c === OPEN_OBJECT;
      if (open.length > DEEPEST) return tooDeep(at);
    } else if (c === CLOSE_OBJECT || c === CLOSE_LIST) open.pop();
    else if (c === COMMA) keyNext = (open.at(-1) ?? null) !== null;
    else if (c === QUOTE) {
      const end = endOfText(text, at);
      const problem = keyNext ? addKey(open.at(-1) ?? new Set(), text.slice(at, end), at) : undefined;
      if (problem !== undefined) return problem;
      keyNext = false;
      at = end - 1;
    }
  }
  return undefined;
}

function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

function addKey(keys: Set<string>, written: string, offset: number): JsonProblem | undefined {
  const key = JSON.parse(written) as string;
  if (key === PROTO) return { syntax: false, offset, ...PROTO_REFUSED };
  if (!keys.has(key)) return void keys.add(key);
  const message = `the key ${JSON.stringify(shortened(key))} is there twice`;
  return { syntax: false, offset, message, hint: "keep the one that is meant" };
}

function shortened(key: string): string {
  return key.length > 60 ? `${key.slice(0, 60)}…` : key;
}

/** What every reader says of that key. */
export const PROTO_REFUSED = {
  message: `a key cannot be called ${PROTO}`,
  hint: "JavaScript keeps that name for itself, and the value would be lost on its way: call it something else",
};

/** What every reader says of brackets in brackets. */
export const DEEP_REFUSED = {
  message: `brackets within brackets, more than ${DEEPEST} deep`,
  hint: "no program can follow that: was the file damaged, or made to do harm?",
};

function tooDeep(offset: number): JsonProblem {
  return { syntax: false, offset, ...DEEP_REFUSED };
}
