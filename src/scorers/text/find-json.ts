import { scanJson } from "./scan-json.ts";

/** Characters looked at in all; brackets that never close would otherwise cost time quadratic in the text. */
const WORK_LIMIT = 5_000_000;

/**
 * The objects and lists written in a text as JSON, from left to right, outermost only. What stands inside one that breaks off, or that is
 * broken further on, is a part of it and no answer of its own.
 */
export function* findJson(text: string): Generator {
  let work = 0;
  for (let start = opening(text, 0); start >= 0 && work < WORK_LIMIT;) {
    const { kind, end } = scanJson(text, start);
    work += end - start;
    if (kind === "whole") yield JSON.parse(text.slice(start, end)) as unknown;
    start = opening(text, kind === "other" ? start + 1 : Math.max(end, start + 1));
  }
}

function opening(text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    if (text[index] === "{" || text[index] === "[") return index;
  }
  return -1;
}
