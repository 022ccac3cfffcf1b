import { SECRET_SHAPES } from "../../core/secret-shapes.ts";
import { BACKSLASH, isDigit, isEscaped, LEAST_OF_KEY } from "../text/characters.ts";
import type { Finding } from "../text/finding.ts";
import { eachLongRun } from "./runs.ts";

/** A shape, to be tried where it begins, under the character that it begins with. */
const BY_FIRST = new Map<string, { begin: string; shape: RegExp }[]>();
for (const { begins, shape } of SECRET_SHAPES) {
  for (const begin of begins) {
    const list = BY_FIRST.get(begin.charAt(0)) ?? [];
    BY_FIRST.set(begin.charAt(0), [...list, { begin, shape: new RegExp(shape.source, "y") }]);
  }
}
const shapeOf = (kind: string) => new RegExp(SECRET_SHAPES.find((s) => s.kind === kind)?.shape.source ?? "(?!)", "y");
const TELEGRAM = shapeOf("Telegram bot token");
const WEBHOOK = shapeOf("Slack webhook");
const WEBHOOK_BEGIN = "https://hooks.slack.com/";
/** A key of a vendor of whom nobody has heard yet; what people write like it has few digits. */
const LOOSE = /sk-[A-Za-z0-9_-]{16,}/y;
/** In RFC 6750's letters; a scheme's name may be written in any case. */
const BEARER = /[A-Za-z0-9._~+/-]{12,}=*/y;
const AWS_ID = /A[KSBC][IC]A[A-Z2-7]{16}/y;
const AWS_SECRET = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g;

/** What has the form of a vendor's key, and what stands behind `Bearer`. @returns false where nothing is long enough for any key */
export function findShaped(text: string, found: Finding[]): boolean {
  const runs = eachLongRun(text, LEAST_OF_KEY, (start, end) => {
    const finding = at(text, beginOf(text, start, end)) ?? beforeRun(text, start);
    if (finding !== undefined) found.push(finding);
    findAwsSecret(text, start, found);
  });
  if (runs === 0) return false;
  for (const scheme of ["Bearer ", "bearer "]) findBearers(text, scheme, found);
  return true;
}

/** Where the key in a run begins: behind what an escape or a dash put there. */
function beginOf(text: string, start: number, end: number): number {
  let begin = start;
  if (isEscaped(text, start)) begin++;
  else if (text.charAt(start - 1) === "%") begin += 2;
  while (begin < end && "-_".includes(text.charAt(begin))) begin++;
  return begin;
}

function at(text: string, start: number): Finding | undefined {
  for (const { begin, shape } of BY_FIRST.get(text.charAt(start)) ?? []) {
    const finding = text.startsWith(begin, start) ? tried(shape, text, start) : undefined;
    if (finding !== undefined) return finding;
  }
  if (!text.startsWith("sk-", start)) return undefined;
  const loose = tried(LOOSE, text, start);
  return loose !== undefined && /\d\D*\d\D*\d/.test(text.slice(start, loose.end)) ? loose : undefined;
}

/** Three forms have a short run first. */
function beforeRun(text: string, start: number): Finding | undefined {
  const before = text.charAt(start - 1);
  if (before === ".") return text.startsWith("SG.", start - 3) ? at(text, start - 3) : undefined;
  if (before === ":") {
    let digits = start - 1;
    while (start - digits <= 10 && isDigit(text.charCodeAt(digits - 1))) digits--;
    return tried(TELEGRAM, text, digits);
  }
  if (before !== "/") return undefined;
  const hook = text.slice(Math.max(0, start - 90), start).indexOf(WEBHOOK_BEGIN);
  return hook < 0 ? undefined : tried(WEBHOOK, text, Math.max(0, start - 90) + hook);
}

function tried(shape: RegExp, text: string, start: number): Finding | undefined {
  shape.lastIndex = start;
  const match = shape.exec(text);
  return match === null ? undefined : { kind: "secret", start, end: start + match[0].length };
}

/** The secret to an id of AWS has no form; it stands near it, and looks as only chance makes it. */
function findAwsSecret(text: string, start: number, found: Finding[]): void {
  if (text.charAt(start) !== "A" || tried(AWS_ID, text, start) === undefined) return;
  const from = start + 20;
  for (const match of text.slice(from, from + 200).matchAll(AWS_SECRET)) {
    const [value] = match;
    if (!/[a-z]/.test(value) || !/[A-Z]/.test(value) || !/\d/.test(value)) continue;
    found.push({ kind: "secret", start: from + match.index, end: from + match.index + value.length });
  }
}

function findBearers(text: string, scheme: string, found: Finding[]): void {
  for (let place = text.indexOf(scheme); place >= 0; place = text.indexOf(scheme, place + scheme.length)) {
    const start = place + scheme.length;
    const finding = text.charCodeAt(start) === BACKSLASH ? undefined : tried(BEARER, text, start);
    // A word behind it is a sentence about one.
    if (finding !== undefined && /\d/.test(text.slice(start, finding.end))) found.push(finding);
  }
}
