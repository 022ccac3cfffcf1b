/**
 * What stands before a number, then 16 digits: maybe an integer that a double cannot hold; in a text too, which costs a walk and nothing else. Of a
 * fixed length, so that it is found by leaps.
 */
const MAYBE_BIG = /[:,[\s-]\d{16}/;

/** One number of JSON, from where it starts. */
const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;

const [QUOTE, BACKSLASH, MINUS, ZERO, NINE] = [0x22, 0x5c, 0x2d, 0x30, 0x39];

/**
 * `JSON.parse` that keeps every digit: an integer beyond 2^53 becomes its text. In time linear in the text; what has none costs one search.
 * Throws the SyntaxError of JSON.parse.
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(MAYBE_BIG.test(text) ? withBigQuoted(text) : text);
}

function withBigQuoted(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === QUOTE) at = endOfText(text, at);
    else if (c === MINUS || (c >= ZERO && c <= NINE)) {
      const end = endOfNumber(text, at);
      if (isBig(text, at, end)) {
        parts.push(text.slice(copied, at), '"', text.slice(at, end), '"');
        copied = end;
      }
      at = end - 1;
    }
  }
  return parts.length === 0 ? text : parts.join("") + text.slice(copied);
}

/** The place of the quote that ends it; a text that never ends is JSON.parse's to refuse. */
function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

function endOfNumber(text: string, start: number): number {
  NUMBER.lastIndex = start;
  return NUMBER.test(text) ? NUMBER.lastIndex : start + 1;
}

function isBig(text: string, start: number, end: number): boolean {
  if (end - start < 16) return false;
  const digits = text.slice(start, end);
  return /^-?\d+$/.test(digits) && !Number.isSafeInteger(Number(digits));
}
