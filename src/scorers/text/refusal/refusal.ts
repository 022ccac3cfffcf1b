import { EAST_ASIAN } from "./east-asian.ts";
import { ENGLISH } from "./english.ts";
import { GERMAN } from "./german.ts";
import { ROMANCE } from "./romance.ts";

/** Refusals stand at the start of an answer; later ones are quotations or conditions more often than not. */
const LOOKED_AT = 400;

const PHRASES = [...ENGLISH, ...GERMAN, ...ROMANCE, ...EAST_ASIAN];

/** "I cannot cancel it without the order's number", "if any part was flown, I won't …": what is missing or may be is asked for or told. */
const ASKS_FOR_MORE =
  /\bwithout (?:the|your|a|an|these|this|that|more|further)\b|\bif (?:any|you|the|your|it|neither)\b[^.]*, (?:then )?(?:i|we)\b/i;

/** What somebody else said, or was to be written or translated. */
const QUOTED =
  /(?<![\p{L}\p{N}])['‘](?=[\p{L}])[^\n]{0,400}?['’](?![\p{L}\p{N}])|"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|「[^」]*」|『[^』]*』/gu;

/**
 * The words in which a text refuses, or undefined. Looks for known forms in its first 400 characters, outside of quotation marks, in English,
 * German, French, Spanish, Italian, Portuguese, Chinese and Japanese. It knows words, not what was asked: fixtures/refusals has how often it is
 * wrong, and a judge can tell more.
 */
export function refusalIn(text: string): string | undefined {
  const start = unquoted(text.trim().slice(0, LOOKED_AT))
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\s+/g, " ");
  for (const sentence of start.split(/(?<=[.!?:]) |(?<=[。！？])/)) {
    if (ASKS_FOR_MORE.test(sentence)) continue;
    for (const phrase of PHRASES) {
      const found = phrase.exec(sentence)?.[0].trim();
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** An answer that is a quotation as a whole is an answer all the same. */
function unquoted(text: string): string {
  const own = text.replace(QUOTED, " … ");
  return /[\p{L}\p{N}]/u.test(own) ? own : text;
}
