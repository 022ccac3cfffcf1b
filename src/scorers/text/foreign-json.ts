import type { Scanned } from "./scan-json.ts";

/** A key as JavaScript, Python and typographers write it, an ellipsis or a comment: an object, though not in JSON. */
const MEMBER = /(?:['"“”‘’`][^'"“”‘’`\n]{0,200}['"“”‘’`]|[\p{L}\p{N}_$.-]{1,200})\s*:|\.\.\.|…|\/[/*]/uy;
/** So in a list: a text in other quotation marks, a bare word with its comma, an ellipsis or a comment. */
const ITEM = /['“‘`]|[\p{L}_$][\p{L}\p{N}_$]{0,200}\s*,|\.\.\.|…|\/[/*]/uy;

/** Texts in double quotation marks, brackets, and what is between them. A mark that is not closed on its line is none. */
const TOKEN = /"(?:[^"\\\n]|\\[^])*"|[{}[\]]|[^"{}[\]]+|"/g;

/**
 * Where to go on behind what began at a bracket and is no JSON: behind all of an object or list in another notation, right behind the bracket
 * of what is none (a placeholder, a link, a half-open interval). And how far it was looked.
 */
export function endOfForeign(text: string, start: number, scanned: Scanned): { end: number; looked: number } {
  const { kind, end, within } = scanned;
  const behind = kind === "broken" ? end : start + 1;
  const isForeign = kind === "broken" ? text[end] !== ")" : begins(within === "}" ? MEMBER : ITEM, text, end);
  if (end >= text.length || !isForeign) return { end: behind, looked: end };
  const closed = closing(text, start);
  if (closed !== undefined) return { end: closed, looked: closed };
  return { end: isCutOff(text, start) ? nextProse(text, end) : Math.max(behind, end), looked: text.length };
}

function begins(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

/** Index after the bracket that closes the one at `start`; undefined where none does. */
function closing(text: string, start: number): number | undefined {
  TOKEN.lastIndex = start;
  let depth = 0;
  for (let token = TOKEN.exec(text); token !== null; token = TOKEN.exec(text)) {
    if (token[0] === "{" || token[0] === "[") depth++;
    else if (token[0] === "}" || token[0] === "]") depth--;
    if (depth === 0) return TOKEN.lastIndex;
  }
  return undefined;
}

/** An object, or a list of them or of texts, that no bracket closes; a number behind `[` may be a note's. */
function isCutOff(text: string, start: number): boolean {
  return /^(?:\{|\[\s*[{["'])/.test(text.slice(start, start + 100));
}

/** The next line that begins as prose or a fence does: a model goes on there, and its object's lines are indented. */
function nextProse(text: string, from: number): number {
  const line = /\n(?=\p{L}|`{3})/gu;
  line.lastIndex = from;
  return line.exec(text)?.index ?? text.length;
}
