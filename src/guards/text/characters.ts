const DIGIT = 1;
const LETTER = 2;
/** `_` and `-`, which keys have within. */
const JOINT = 4;
const OF_KEY = DIGIT | LETTER | JOINT;
const HEX = 8;
/** White space, quotes and backslashes: what stands between a name, its colon and its value, in text of any depth. */
const GAP = 16;
/** `:`, `=` and the backslash: without one there is no pair, no address and nothing hidden. */
const STRUCTURE = 32;
const AT = 64;

/** A class for every UTF-16 unit: a look-up beats any comparison where each character of every span is asked for. */
const CLASS = new Uint8Array(0x10000);
const put = (characters: string, mark: number) => {
  for (const each of characters) CLASS[each.charCodeAt(0)] = (CLASS[each.charCodeAt(0)] ?? 0) | mark;
};
put("0123456789", DIGIT | HEX);
put("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", LETTER);
put("abcdefABCDEF", HEX);
put("_-", JOINT);
put(":=\\", STRUCTURE);
put("@%", AT);
put(" \t\r\n\"'`\\", GAP);

// Before the first and after the last character charCodeAt is NaN. As an index that would make every look-up slow; as 0 it is in no class.
const is = (code: number, mark: number) => ((CLASS[code & 0xffff] ?? 0) & mark) !== 0;
export const isDigit = (code: number) => is(code, DIGIT);
export const isHex = (code: number) => is(code, HEX);
export const isAlphanumeric = (code: number) => is(code, DIGIT | LETTER);
export const isGap = (code: number) => is(code, GAP);
/** What the keys of vendors are written in. */
export const isOfKey = (code: number) => is(code, OF_KEY);

export const BACKSLASH = 0x5c;

/** The `n` of a line break in JSON text is no letter of the word that follows it. */
export function isEscaped(text: string, at: number): boolean {
  return text.charCodeAt(at - 1) === BACKSLASH && "nrtbf".includes(text.charAt(at));
}

/** The shortest run of characters of keys that a key is. */
export const LEAST_OF_KEY = 16;

/**
 * Whether a text has no sign of any finding: no run as long as a key, no structure, and where personal data is asked for no digit and no
 * `@`. One walk, for short texts: there each search of its own costs more than looking at every character.
 */
export function isPlain(text: string, forPii: boolean): boolean {
  const signs = forPii ? STRUCTURE | AT | DIGIT : STRUCTURE;
  let run = 0;
  for (let i = 0; i < text.length; i++) {
    const marks = CLASS[text.charCodeAt(i)] ?? 0;
    if ((marks & signs) !== 0) return false;
    run = (marks & OF_KEY) === 0 ? 0 : run + 1;
    if (run === LEAST_OF_KEY) return false;
  }
  return true;
}

/** Whether a word may begin here: nothing before it belongs to it. */
export function startsWord(text: string, at: number): boolean {
  return !isAlphanumeric(text.charCodeAt(at - 1)) || isEscaped(text, at - 1);
}

/** Whether one of the words stands, whole, shortly before the place, or in the name of what the text is. */
export function isAbout(words: RegExp, text: string, at: number, name = ""): boolean {
  return words.test(`${name.replace(/([a-z])(?=[A-Z])|_/g, "$1 ")} ${text.slice(Math.max(0, at - NEAR), at)}`);
}

const NEAR = 48;
