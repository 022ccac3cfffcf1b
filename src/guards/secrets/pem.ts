import { SECRET_SHAPES } from "../../core/secret-shapes.ts";
import type { Finding } from "../text/finding.ts";

const BEGIN = "-----BEGIN ";
const LINE = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----/y;
const WHOLE = new RegExp(SECRET_SHAPES.find(({ kind }) => kind === "private key")?.shape.source ?? "(?!)", "y");
const END = /-----END [A-Z0-9 ]{1,60}-----/y;
/** Between the lines of a sentence about keys stands less, of the largest key no more. */
const [SHORTEST, LONGEST] = [40, 20_000];

/** Private keys in PEM, from the first line to the last; where the text was cut, as far as it goes on like one. */
export function findPrivateKeys(text: string, found: Finding[]): void {
  // The next end is looked for once, however many beginnings stand before it.
  let end = -1;
  for (let at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at + BEGIN.length)) {
    LINE.lastIndex = at;
    const line = LINE.exec(text);
    if (line === null) continue;
    const from = at + line[0].length;
    if (end < from) end = text.indexOf("-----END ", from);
    if (end < 0) end = Number.POSITIVE_INFINITY;
    const size = end - from;
    if (size >= SHORTEST && size <= LONGEST) {
      END.lastIndex = end;
      found.push({ kind: "secret", start: at, end: end + (END.exec(text)?.[0].length ?? 0) });
      continue;
    }
    WHOLE.lastIndex = at;
    const whole = WHOLE.exec(text);
    if (whole !== null) found.push({ kind: "secret", start: at, end: at + whole[0].length });
  }
}
