import { isAbout, isAlphanumeric, isDigit, startsWord } from "../text/characters.ts";
import type { Finding } from "../text/finding.ts";

/** Issuers' ranges, by the first digits from and to, and the lengths of their numbers. Source: ISO/IEC 7812 ranges as the schemes publish them. */
const SCHEMES: readonly (readonly [from: string, to: string, lengths: readonly number[]])[] = [
  ["4", "4", [13, 16, 19]],
  ["51", "55", [16]],
  ["2221", "2720", [16]],
  ["34", "34", [15]],
  ["37", "37", [15]],
  ["300", "305", [14, 16]],
  ["36", "36", [14]],
  ["38", "39", [14, 16]],
  ["6011", "6011", [16, 17, 18, 19]],
  ["644", "659", [16, 17, 18, 19]],
  ["3528", "3589", [16, 17, 18, 19]],
  ["2131", "2131", [15]],
  ["1800", "1800", [15]],
  ["62", "62", [16, 17, 18, 19]],
  ["50", "50", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["56", "58", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["6304", "6304", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["6390", "6390", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["6759", "6763", [12, 13, 14, 15, 16, 17, 18, 19]],
  ["2200", "2204", [16, 17, 18, 19]],
  ["81", "82", [16]],
];
/** Four by four and what is left, or four, six and the rest: how cards are printed. */
const GROUPED = /\d{4}([ .\u00a0-])(?:\d{4}\1\d{4}\1\d{4}|\d{6}\1\d{4,5})(?!\d)/y;
const MORE = /[ .\u00a0-]\d{1,3}(?!\d)/y;
const ABOUT = /\b(?:cards?|credit|debit|visa|mastercard|maestro|pan|cc)\b/i;

/** A card's number by scheme, length and check digit. */
export function isCardNumber(digits: string): boolean {
  const { length } = digits;
  // A fraction or a sign is a character of a number in JSON text, and no digit of a card's.
  if (length < 12 || length > 19 || !/^\d+$/.test(digits)) return false;
  const isIssued = SCHEMES.some(([from, to, lengths]) => {
    const first = digits.slice(0, from.length);
    return first >= from && first <= to && lengths.includes(length);
  });
  return isIssued && passesLuhn(digits);
}

/** The check digit of ISO/IEC 7812-1, annex B. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** The card whose first digits are a run of them. */
export function cardAt(text: string, start: number, runEnd: number, name?: string): Finding<"card"> | undefined {
  const length = runEnd - start;
  if (length === 4) return groupedAt(text, start);
  if (length < 12 || length > 19 || !standsAlone(text, start, runEnd)) return undefined;
  if (!isCardNumber(text.slice(start, runEnd))) return undefined;
  // One barcode in ten and one short number in ten passes the check.
  if (length < 14 && !isAbout(ABOUT, text, start, name)) return undefined;
  return { kind: "card", start, end: runEnd };
}

function groupedAt(text: string, start: number): Finding<"card"> | undefined {
  if (!startsWord(text, start)) return undefined;
  GROUPED.lastIndex = start;
  const end = start + (GROUPED.exec(text)?.[0].length ?? 0);
  if (end === start || isAlphanumeric(text.charCodeAt(end))) return undefined;
  MORE.lastIndex = end;
  const longer = end + (MORE.exec(text)?.[0].length ?? 0);
  // What follows may be its last digits, or when it expires.
  const found = [longer, end].find((last) => isCardNumber(text.slice(start, last).replace(/\D/g, "")));
  return found === undefined ? undefined : { kind: "card", start, end: found };
}

/** No part of a longer word, and of no number with a fraction. */
function standsAlone(text: string, start: number, end: number): boolean {
  if (!startsWord(text, start) || isAlphanumeric(text.charCodeAt(end))) return false;
  if (text.charAt(end) === "." && isDigit(text.charCodeAt(end + 1))) return false;
  return text.charAt(start - 1) !== "." || !isDigit(text.charCodeAt(start - 2));
}
