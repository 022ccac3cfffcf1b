/** Characters looked at in all; brackets that never close would otherwise cost time quadratic in the text. */
const WORK_LIMIT = 5_000_000;

/** The objects and lists written in a text as JSON, from left to right, outermost only. */
export function* findJson(text: string): Generator {
  let work = 0;
  for (let start = opening(text, 0); start >= 0 && work < WORK_LIMIT;) {
    const end = closing(text, start);
    work += (end < 0 ? text.length : end) - start;
    const value = end < 0 ? undefined : parsed(text.slice(start, end));
    if (value !== undefined) yield value;
    start = opening(text, value === undefined ? start + 1 : end);
  }
}

function opening(text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    if (text[index] === "{" || text[index] === "[") return index;
  }
  return -1;
}

/** Index after the bracket that closes the one at `start`, or -1. */
function closing(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const char = text[index];
    if (char === '"') index = stringEnd(text, index);
    else if (char === "{" || char === "[") depth++;
    else if (char === "}" || char === "]") depth--;
    if (depth === 0) return index + 1;
  }
  return -1;
}

function stringEnd(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === '"') return index;
  }
  return text.length;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
