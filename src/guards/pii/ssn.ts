import { isAbout, isAlphanumeric, isDigit, startsWord } from "../text/characters.ts";
import type { Finding } from "../text/finding.ts";

const SEPARATED = /\d{3}([ -])\d{2}\1\d{4}(?!\d)/y;
const ABOUT = /\b(?:ssn|social security|tax ?id|itin|taxpayer)\b/i;

/** The number of the US Social Security whose first digits are a run of them. */
export function ssnAt(text: string, start: number, runEnd: number, name?: string): Finding<"ssn"> | undefined {
  const length = runEnd - start;
  if ((length !== 3 && length !== 9) || !startsWord(text, start)) return undefined;
  SEPARATED.lastIndex = start;
  const end = length === 9 ? runEnd : start + (SEPARATED.exec(text)?.[0].length ?? 0);
  if (end === start || isPart(text, start, end) || !isIssued(text.slice(start, end).replace(/\D/g, "")))
    return undefined;
  const isPlain = text.charAt(start + 3) === "-";
  return isPlain || isAbout(ABOUT, text, start, name) ? { kind: "ssn", start, end } : undefined;
}

/** Of a longer number with dashes, or of a word. */
function isPart(text: string, start: number, end: number): boolean {
  if (isAlphanumeric(text.charCodeAt(end))) return true;
  if (text.charAt(end) === "-" && isAlphanumeric(text.charCodeAt(end + 1))) return true;
  return text.charAt(start - 1) === "-" && isDigit(text.charCodeAt(start - 2));
}

/** What the Social Security Administration never gives out: area 000, 666 and 900 to 999, group 00, serial 0000. */
function isIssued(digits: string): boolean {
  return !/^(?:000|666|9)/.test(digits) && digits.slice(3, 5) !== "00" && !digits.endsWith("0000");
}
