import { BACKSLASH, isGap, isOfKey } from "../text/characters.ts";
import type { Finding } from "../text/finding.ts";
import { isSecretValue, mayEndIn, type SecretName, secretNameOf } from "./names.ts";

const LONGEST_NAME = 40;
/** Of quotes, backslashes and white space between a name, what separates, and the value. */
const LONGEST_GAP = 40;
/** A value is judged by so much of it: a longer walk for each name would be quadratic in a text of names alone. */
const JUDGED = 256;
const DOT = 0x2e;
const VALUE = /^(?:value|stringValue)$/;
/** Anchored at the end of a short text, and each part ends where the next begins. */
const FIELD =
  /["'\\\s:](?:key|name)[\s"'\\]{1,40}:[\s"'\\]{1,40}([\w.-]{1,60})[\s"'\\]{1,40},[\s"'\\]{0,40}value[\s"'\\]{0,40}(?::[\s\\]{0,20}\{[\s"'\\]{0,40}stringValue[\s"'\\]{0,40})?$/;
const SPACES = " \t\r\n";
const QUOTES = "\"'`";
/** What ends a value without quotes; a header goes on to the end of its line, with spaces and semicolons in it. */
const [OF_BARE, OF_HEADER] = [1, 2];
const STOPS = new Uint8Array(0x10000);
for (const each of " \t\r\n\"'`\\&,;<>(){}[]|")
  STOPS[each.charCodeAt(0)] = OF_BARE | ("\r\n\"'`\\[".includes(each) ? OF_HEADER : 0);

/**
 * `api_key=…`, `"password": "…"`, `Authorization: Basic …`, however deep the quotes are escaped: a value is a secret by the name before
 * it. Called at each `:` and `=`, so it looks at the name's last letters before anything else. @returns where to go on: behind what was found,
 * for a value that goes on to the end of the text is not to be read again for each name in it
 */
export function findPair(text: string, separator: number, found: Finding[]): number {
  const name = nameBefore(text, separator);
  if (name === "") return separator + 1;
  const kind = VALUE.test(name) ? secretNameOf(fieldBefore(text, separator)) : secretNameOf(name);
  const finding = kind === undefined ? undefined : valueBehind(text, separator, kind);
  if (finding === undefined) return separator + 1;
  found.push(finding);
  return finding.end;
}

/** Empty where the last two letters say that it is none that matters. */
function nameBefore(text: string, separator: number): string {
  let end = separator;
  while (separator - end < LONGEST_GAP && isGap(text.charCodeAt(end - 1))) end--;
  return mayEndIn(text, end) ? wordBefore(text, end) : "";
}

function wordBefore(text: string, end: number): string {
  let start = end;
  while (end - start < LONGEST_NAME && (isOfKey(text.charCodeAt(start - 1)) || text.charCodeAt(start - 1) === DOT))
    start--;
  return text.slice(start, end);
}

/** The name in `{"name": NAME, "value": …}` and in OTLP's `{"key": NAME, "value": {"stringValue": …}}`. */
function fieldBefore(text: string, separator: number): string {
  const before = text.slice(Math.max(0, separator - 160), separator);
  return FIELD.exec(before)?.[1] ?? "";
}

function valueBehind(text: string, separator: number, name: SecretName): Finding | undefined {
  let at = separator + 1;
  while (at < separator + 3 && "=>".includes(text.charAt(at) || " ")) at++;
  const first = at;
  while (at - first < LONGEST_GAP && text.charAt(at) !== "" && SPACES.includes(text.charAt(at))) at++;
  const spaced = at;
  while (text.charCodeAt(at) === BACKSLASH) at++;
  const quote = text.charAt(at);
  if (quote !== "" && QUOTES.includes(quote)) return quoted(text, at + 1, { name, quote, depth: at - spaced });
  return bare(text, spaced, name, text.charAt(separator) === "=");
}

interface Quoted {
  name: SecretName;
  quote: string;
  /** How many backslashes stand before the quote: as many before the one that closes. */
  depth: number;
}

function quoted(text: string, start: number, quote: Quoted): Finding | undefined {
  const end = closingOf(text, start, start + JUDGED, quote);
  if (!isSecretValue(quote.name, text.slice(start, end))) return undefined;
  return { kind: "secret", start, end: end < start + JUDGED ? end : closingOf(text, start, text.length, quote) };
}

function closingOf(text: string, start: number, last: number, { quote, depth }: Quoted): number {
  const most = Math.min(text.length, last);
  let end = start;
  while (end < most && text.charAt(end) !== quote && text.charAt(end) !== "\n") {
    let slashes = 0;
    while (end + slashes < most && text.charCodeAt(end + slashes) === BACKSLASH) slashes++;
    if (slashes > 0 && slashes <= depth && text.charAt(end + slashes) === quote) break;
    // One more than that is a backslash of the value's own, and what follows it belongs to it.
    end += slashes > 0 ? slashes + 1 : 1;
  }
  return Math.min(end, most);
}

function bare(text: string, from: number, name: SecretName, isAssigned: boolean): Finding | undefined {
  const start = name === "header" ? from + schemeOf(text, from) : from;
  const end = endOf(text, start, start + JUDGED, name);
  const value = text.slice(start, end);
  if (!isSecretValue(name, value) || isCode(value, text.charAt(end))) return undefined;
  // Behind a colon most words are a sentence's.
  if (!isAssigned && !/\d/.test(value)) return undefined;
  return { kind: "secret", start, end: endOf(text, end, text.length, name) };
}

function schemeOf(text: string, from: number): number {
  return /^(?:Basic|Bearer|Token|Digest|ApiKey|Negotiate) +/i.exec(text.slice(from, from + 20))?.[0].length ?? 0;
}

function endOf(text: string, from: number, last: number, name: SecretName): number {
  const mark = name === "header" ? OF_HEADER : OF_BARE;
  const most = Math.min(last, text.length);
  let end = from;
  while (end < most && ((STOPS[text.charCodeAt(end)] ?? 0) & mark) === 0) end++;
  return end;
}

/** A call, an index or a path of names stands for a value and is none. */
function isCode(value: string, next: string): boolean {
  return next === "(" || next === "[" || /^[A-Za-z_$]+(?:\.[A-Za-z_$]+)+$/.test(value);
}
