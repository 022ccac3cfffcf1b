import { isAbout, isAlphanumeric, isDigit, startsWord } from "../text/characters.ts";
import type { Finding } from "../text/finding.ts";

/** Between two groups of digits. */
const BETWEEN = /[ .\u00a0-]?\(|\)[ .\u00a0-]?|[ .\u00a0-]/y;
const EXTENSION = / ?(?:x|ext\.? ?)\d{1,6}(?!\d)/iy;
const MOST_GROUPS = 7;
const ABOUT =
  /\b(?:phones?|tel|telephone|mobile|cell|cellphone|call(?:ing|ed)?|fax|whatsapp|sms|text(?:ing)? me|reach(?:ed)?|dial|contact|hotline)\b/i;

/** `555 0123 (mobile)`. */
const LABEL = /^[\s(,:-]{0,3}(?:phone|tel|mobile|cell|fax|office|home|work)\b/i;

interface Groups {
  /** How many digits each has: `3-3-4`. */
  shape: string;
  digits: string;
  /** Each kind of separator once. */
  separators: string;
  end: number;
}

/** The phone number whose first digits are a run of them. */
export function phoneAt(text: string, runStart: number, _runEnd: number, name?: string): Finding<"phone"> | undefined {
  if (!hasEnough(text, runStart)) return undefined;
  const sign = text.charAt(runStart - 1);
  const start =
    sign === "+" || sign === "(" ? runStart - (sign === "(" && text.charAt(runStart - 2) === "+" ? 2 : 1) : runStart;
  const isSigned = text.charAt(start) === "+";
  // A sign begins one even where another has just ended.
  if ((!isSigned && !startsWord(text, start)) || isWithin(text, start)) return undefined;
  const groups = groupsAt(text, runStart);
  if (groups === undefined) return undefined;
  const isPhone = isSigned ? isInternational(groups) : isNational(groups, sign === "(");
  if (isPhone && groups.separators === " " && isDigit(text.charCodeAt(start - 2)) && text.charAt(start - 1) === " ")
    return undefined;
  if (!isPhone && !(isNear(groups) && isCalledPhone(text, start, groups.end, name))) return undefined;
  EXTENSION.lastIndex = groups.end;
  return { kind: "phone", start, end: groups.end + (EXTENSION.exec(text)?.[0].length ?? 0) };
}

/** Six digits or more, not one by one, before anything else: nearly every number is let go by this alone. */
function hasEnough(text: string, start: number): boolean {
  let digits = 0;
  let between = 0;
  for (let at = start; digits < 6; at++) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) digits++;
    else if (!isBetween(code)) return false;
    else if (code !== 0x28 && code !== 0x29 && ++between > 4) return false;
  }
  return true;
}

function isBetween(code: number): boolean {
  return code === 0x20 || code === 0x2d || code === 0x2e || code === 0x28 || code === 0x29 || code === 0xa0;
}

function isCalledPhone(text: string, start: number, end: number, name?: string): boolean {
  return isAbout(ABOUT, text, start, name) || LABEL.test(text.slice(end, end + 12));
}

/** What goes on before it is a longer number, a date, a price or the number of an order. */
function isWithin(text: string, start: number): boolean {
  const before = text.charAt(start - 1);
  return "#$€£_".includes(before || " ") || (".-/:,(".includes(before || " ") && isDigit(text.charCodeAt(start - 2)));
}

function groupsAt(text: string, from: number): Groups | undefined {
  const lengths: number[] = [];
  const between = new Set<string>();
  let digits = "";
  let end = from;
  while (lengths.length <= MOST_GROUPS) {
    const start = end;
    while (end - start < 16 && isDigit(text.charCodeAt(end))) end++;
    lengths.push(end - start);
    digits += text.slice(start, end);
    BETWEEN.lastIndex = end;
    const [separator = ""] = BETWEEN.exec(text) ?? [];
    if (separator === "" || !isDigit(text.charCodeAt(end + separator.length))) break;
    between.add(separator.replace("\u00a0", " "));
    end += separator.length;
  }
  if (lengths.length > MOST_GROUPS || goesOn(text, end)) return undefined;
  return { shape: lengths.join("-"), digits, separators: [...between].sort().join(""), end };
}

function goesOn(text: string, end: number): boolean {
  const next = text.charAt(end);
  if (isAlphanumeric(text.charCodeAt(end)))
    return !/^(?:x|ext)/i.test(text.slice(end, end + 3)) || !/^\D{1,5}\d/.test(text.slice(end, end + 6));
  return "-/:,_%".includes(next || " ") && isDigit(text.charCodeAt(end + 1));
}

/** E.164: at most 15 digits; without any separator there are at least ten, or it may be any number with a sign. */
function isInternational({ digits, separators }: Groups): boolean {
  return digits.length <= 15 && digits.length >= (separators === "" ? 10 : 8) && !digits.startsWith("0");
}

function isNational({ shape, digits, separators }: Groups, inBrackets: boolean): boolean {
  if (inBrackets) return /^[2-4]-[3-5]-[3-5]$/.test(shape) && digits.length <= 11;
  if (separators === "-" || separators === ".") {
    if (/^(?:3-3-4|1-3-3-4)$/.test(shape)) return shape.startsWith("3") || digits.startsWith("1");
    if (shape === "3-3-3-4") return digits.startsWith("001");
  }
  // North America's areas and exchanges begin with no 0 or 1.
  if (shape === "3-3-4" && separators === " " && /^[2-9]\d\d[2-9]/.test(digits)) return true;
  return isWithTrunk(digits, shape, separators);
}

/** A trunk's 0 and an area, as in most of Europe, Asia and Australia. */
function isWithTrunk(digits: string, shape: string, separators: string): boolean {
  if (!/^0[1-9]/.test(digits) || digits.length < 9 || digits.length > 11) return false;
  if (separators === ".") return shape === "2-2-2-2-2";
  return (separators === " " || separators === "-") && /^[2-5](?:-[2-8]){1,4}$/.test(shape);
}

/** What is one only where the text says so; a date never. */
function isNear({ shape, digits, separators }: Groups): boolean {
  if (/^(?:4-2-2|2-2-4)$/.test(shape) || /[.]/.test(separators)) return false;
  return separators === "" ? digits.length >= 10 && digits.length <= 12 : digits.length >= 7 && digits.length <= 12;
}
