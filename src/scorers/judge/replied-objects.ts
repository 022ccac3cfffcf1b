import { readJson } from "../../core/json.ts";

interface Replied {
  objects: Record<string, unknown>[];
  /** The reply is one JSON value and nothing else. */
  bare: boolean;
  /** What is wrong where one of them says two things: a key that is there twice. */
  twofold?: string;
}

/**
 * The JSON objects of a judge's reply that have one of some keys, from left to right: in the text, in a fence, in an object or a list
 * around them, but not within one another, not in what the model thought before it replied, and not in an object that was cut off.
 */
export function repliedObjects(reply: unknown, keys: readonly string[]): Replied {
  if (typeof reply !== "string") return { objects: having(reply, keys), bare: true };
  const text = withoutThinking(reply);
  const whole = parsed(reply) ?? parsed(withoutFence(text));
  return of(whole === undefined ? valuesIn(text) : [whole], keys, whole !== undefined);
}

function of(values: readonly Parsed[], keys: readonly string[], bare: boolean): Replied {
  const found = values.map(({ value, twofold }) => ({ objects: having(value, keys), twofold }));
  const twofold = found.find((one) => one.objects.length > 0 && one.twofold !== undefined)?.twofold;
  return { objects: found.flatMap(({ objects }) => objects), bare, ...(twofold === undefined ? {} : { twofold }) };
}

/** Reasoning models think aloud; what they considered there is no verdict. Some servers swallow the opening tag. */
function withoutThinking(reply: string): string {
  const closed = reply.replace(/<(think|thinking|thought|reasoning)>[^]*?<\/\1>/gi, " ");
  const after = closed.replace(/^[^]*<\/(?:think|thinking|thought|reasoning)>/i, " ");
  return after.replace(/<(?:think|thinking|thought|reasoning)>[^]*$/i, " ");
}

/** One fence around everything, of any length and tag, also on one line. */
function withoutFence(text: string): string {
  return /^\s*(`{3,}|~{3,})[\w-]*\s([^]*?)\s*\1\s*$/.exec(text)?.[2] ?? text;
}

/** Deep enough for whatever a judge puts around its verdict. */
const DEPTH = 20;

function having(value: unknown, keys: readonly string[], depth = 0): Record<string, unknown>[] {
  if (typeof value !== "object" || value === null || depth > DEPTH) return [];
  if (!Array.isArray(value) && keys.some((key) => Object.hasOwn(value, key))) return [value as Record<string, unknown>];
  return Object.values(value).flatMap((inner) => having(inner, keys, depth + 1));
}

/** Characters looked at in all: brackets that never close cost time quadratic in the text. */
const WORK_LIMIT = 2_000_000;

/**
 * The objects and lists in a text, outermost only. What begins as an object and is none is passed over whole, and to the end where it
 * was cut off: what stands inside is no reply. Nothing at all of a text that takes too long, since what is left of it could differ.
 */
function valuesIn(text: string): Parsed[] {
  const values: Parsed[] = [];
  let work = 0;
  for (let start = opening(text, 0); start >= 0;) {
    const end = closing(text, start);
    work += end - start;
    if (work > WORK_LIMIT) return [];
    const value = parsed(text.slice(start, end));
    if (value !== undefined) values.push(value);
    const isObject = value !== undefined || /^\{\s*(?:["'“]|[\w$]+\s*:)/.test(text.slice(start, start + 100));
    start = opening(text, isObject ? end : start + 1);
  }
  return values;
}

function opening(text: string, from: number): number {
  const next = /[{[]/g;
  next.lastIndex = from;
  return next.exec(text)?.index ?? -1;
}

const TOKEN = /"(?:[^"\\]|\\[^])*"?|[{}[\]]|[^"{}[\]]+/g;

/** Index after the bracket that closes the one at `start`; the text's end where none does. */
function closing(text: string, start: number): number {
  TOKEN.lastIndex = start;
  let depth = 0;
  for (let token = TOKEN.exec(text); token !== null; token = TOKEN.exec(text)) {
    if (/^[{[]/.test(token[0])) depth++;
    else if (/^[}\]]/.test(token[0])) depth--;
    if (depth === 0) return TOKEN.lastIndex;
  }
  return text.length;
}

interface Parsed {
  value: unknown;
  /** Why it says two things, in whose last one `JSON.parse` believes. */
  twofold?: string;
}

function parsed(text: string): Parsed | undefined {
  const read = readJson(text);
  if ("value" in read) return read;
  return read.problem.syntax ? undefined : { value: JSON.parse(text) as unknown, twofold: read.problem.message };
}
