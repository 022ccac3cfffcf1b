import { type Finding, type FoundKind } from "./finding.ts";

/** ASCII written as JSON does when it wants to hide it, at any depth of text in text. */
const ESCAPE = /\\{1,64}(?:u00([2-7][0-9a-fA-F])|\/)/g;

/** Whether a text has escapes that may split what is to be found. */
export function hasEscapes(text: string): boolean {
  return text.includes("\\") && (text.includes("\\u00") || text.includes("\\/"));
}

/** What is found in the text that the escapes stand for, at its places in the text with them. */
export function findUnescaped<K extends FoundKind>(text: string, find: (plain: string) => Finding<K>[]): Finding<K>[] {
  const pieces: string[] = [];
  /** By escape: where its character stands in the plain text, and how many more units the text has up to after it. */
  const shifts: { plain: number; shift: number }[] = [];
  let from = 0;
  let shift = 0;
  for (const match of text.matchAll(ESCAPE)) {
    pieces.push(text.slice(from, match.index), plainOf(match[1]));
    from = match.index + match[0].length;
    shifts.push({ plain: match.index - shift, shift: (shift += match[0].length - 1) });
  }
  if (shifts.length === 0) return [];
  const found = find(pieces.join("") + text.slice(from)).sort((a, b) => a.start - b.start);
  return found.map(({ kind, start, end }) => ({
    kind,
    start: start + shiftBefore(shifts, start),
    end: end + shiftBefore(shifts, end),
  }));
}

function plainOf(hex: string | undefined): string {
  return hex === undefined ? "/" : String.fromCharCode(Number.parseInt(hex, 16));
}

/** The shift of the last escape before the place, by bisection. */
function shiftBefore(shifts: readonly { plain: number; shift: number }[], place: number): number {
  let low = 0;
  let high = shifts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((shifts[middle]?.plain ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  return shifts[low - 1]?.shift ?? 0;
}
