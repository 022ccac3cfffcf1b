import { createHash } from "node:crypto";
import { SECRET_SHAPES } from "./secret-shapes.ts";

/** Something in a text that looks like a key. Never the key itself. */
export interface FoundSecret {
  /** Of what, for people: `OpenAI key`. */
  kind: string;
  /** Where it begins, in UTF-16 units from 0. */
  offset: number;
  /** Names it without giving it away: the first half of a hash of something that nobody can guess. */
  fingerprint: string;
}

/** A value behind a name that says what it is, where it looks as only chance makes it. */
const NAMED =
  /(?:api[_-]?key|secret[_-]?access[_-]?key|secret[_-]?key|client[_-]?secret|access[_-]?token|auth[_-]?token)["'\\]*\s*[:=]\s*["'\\]*([A-Za-z0-9+/_=-]{20,})/gi;

/** The password of an address; one in braces or with a dollar sign is a variable's name. */
const IN_ADDRESS = /:\/\/[^\s:/@"'`<>{}]{0,100}:([^\s:/@"'`<>{}$]{8,200})@(?=[\w[])/g;

const alternatives = SECRET_SHAPES.map(({ shape }) => `(${shape.source})`).join("|");

/** Every shape, one group each, and never within a longer word; in JSON the `n` of a line break is none. */
const ANY = new RegExp(`(?:(?<![A-Za-z0-9_-])|(?<=\\\\[nrt]))(?:${alternatives})`, "g");

/** Replaces what has the form of a vendor's key. */
export function withoutSecrets(text: string, mark: string): string {
  return text.replace(ANY, mark);
}

/**
 * What looks like a key in a text, in its order. Placeholders are none: `sk-...`, `YOUR_KEY`, one letter repeated, the examples of the
 * vendors' own pages. @param known fingerprints of values that somebody has said to be none
 */
export function secretsIn(text: string, known: ReadonlySet<string> = new Set()): FoundSecret[] {
  const shaped = [...text.matchAll(ANY)].map((match) => found(kindOf(match), match[0], match.index));
  const covered = (offset: number) => shaped.some((s) => s !== undefined && offset >= s.offset && offset < s.end);
  const named = [...text.matchAll(NAMED)].flatMap((match) => {
    const value = match[1] ?? "";
    const offset = match.index + match[0].length - value.length;
    return covered(offset) || !isRandom(value) ? [] : [found("secret", value, offset)];
  });
  const passwords = [...text.matchAll(IN_ADDRESS)].flatMap((match) => {
    const [whole, value = ""] = match;
    const offset = match.index + whole.length - value.length - 1;
    return covered(offset) || /passwor[dt]/i.test(value) ? [] : [found("password in an address", value, offset)];
  });
  return [...shaped, ...named, ...passwords]
    .filter((each) => each !== undefined)
    .filter(({ fingerprint }) => !known.has(fingerprint))
    .sort((a, b) => a.offset - b.offset)
    .map(({ kind, offset, fingerprint }) => ({ kind, offset, fingerprint }));
}

function kindOf(match: RegExpExecArray): string {
  return SECRET_SHAPES[match.slice(1).findIndex((group: string | undefined) => group !== undefined)]?.kind ?? "key";
}

function found(kind: string, value: string, offset: number): (FoundSecret & { end: number }) | undefined {
  return isPlaceholder(value)
    ? undefined
    : { kind, offset, end: offset + value.length, fingerprint: fingerprintOf(value) };
}

function fingerprintOf(value: string): string {
  return createHash("sha256").update(value).digest("hex").slice(0, 16);
}

const WORDS = /example|your|placeholder|redacted|replace|change-?me|dummy|fake|sample|xxxx|\.\.\.|0{8}|<|insert|here/i;

/** A real key of this length has at least so many different letters. */
const FEWEST_LETTERS = 8;

function isPlaceholder(value: string): boolean {
  const body = value.replace(/^[A-Za-z]+[-_]/, "");
  return WORDS.test(value) || new Set(body).size < FEWEST_LETTERS || !/\d/.test(body);
}

/** Capitals, small letters and digits mixed, or a long hexadecimal number: no word, no path, no name. */
function isRandom(value: string): boolean {
  const mixed = /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value) && new Set(value).size >= 12;
  return mixed || (/^[0-9a-f]{32,}$/.test(value) && new Set(value).size >= FEWEST_LETTERS);
}
