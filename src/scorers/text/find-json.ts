import { readJson, type ReadJson } from "../../core/json.ts";
import { endOfForeign } from "./foreign-json.ts";
import { scanJson } from "./scan-json.ts";

/** Characters looked at in all; brackets that never close would otherwise cost time quadratic in the text. */
const WORK_LIMIT = 5_000_000;

/**
 * The objects and lists written in a text as JSON, from left to right, outermost only; a problem for one that says two things. What stands
 * inside one that breaks off, or that is no JSON further on or from its start (`{'a': [1]}`), is a part of it and no answer of its own.
 */
export function* findJson(text: string): Generator<ReadJson> {
  let work = 0;
  for (let start = opening(text, 0); start >= 0 && work < WORK_LIMIT;) {
    const scanned = scanJson(text, start);
    if (scanned.kind === "whole") yield readJson(text.slice(start, scanned.end));
    const { end, looked } =
      scanned.kind === "whole" ? { end: scanned.end, looked: scanned.end } : endOfForeign(text, start, scanned);
    work += looked - start;
    start = opening(text, Math.max(end, start + 1));
  }
}

function opening(text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    if (text[index] === "{" || text[index] === "[") return index;
  }
  return -1;
}
