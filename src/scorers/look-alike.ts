import { createRequire } from "node:module";
import { keyboardForm } from "./normalize.ts";

const require = createRequire(import.meta.url);

/** Longer texts are not looked at: who reads two pages does not take them for each other by one letter. */
const LONGEST = 2000;
const SHOWN = 3;

/** A stretch of one text where another stands in its place. */
interface Difference {
  at: number;
  found: string;
  wanted: string;
}

/**
 * Where two texts that differ look alike on a screen: the code points that differ, as the end of a sentence; empty when anybody can see
 * the difference. `within`: `wanted` is looked for anywhere in `found`.
 */
export function lookAlike(found: string, wanted: string, within: "whole" | "start" | "anywhere" = "whole"): string {
  if (found === wanted || found.length > LONGEST || wanted.length > LONGEST) return "";
  const differences = differing(charsOf(found), charsOf(wanted), within);
  if (differences.length === 0) return "";
  const shown = differences.slice(0, SHOWN).map(({ at, found: is, wanted: should }) => {
    return `character ${at} is ${points(is)}, expected ${points(should)}`;
  });
  const more = differences.length > SHOWN ? `, and ${differences.length - SHOWN} more` : "";
  return `; they look alike: ${shown.join("; ")}${more}`;
}

function points(text: string): string {
  if (text === "") return "nothing";
  return Array.from(text)
    .map((char) => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`)
    .join(" ");
}

/** A character with what it looks like, and where that begins in the look of the whole text. */
interface Char {
  char: string;
  /** Its place in the text, counted from 1. */
  at: number;
  seen: string;
  offset: number;
}

function charsOf(text: string): Char[] {
  let offset = 0;
  return Array.from(text, (char, index) => {
    const seen = seenAs(char);
    offset += seen.length;
    return { char, at: index + 1, seen, offset: offset - seen.length };
  });
}

/** What a character looks like: Unicode TS 39's skeleton of its compatibility form, with a keyboard's quotes, dashes and spaces. */
function seenAs(char: string): string {
  if (char === "\t") return " ";
  if (/^[\r\p{Default_Ignorable_Code_Point}\p{Cf}]$/u.test(char)) return "";
  const plain = keyboardForm(keyboardForm(char).normalize("NFKD"));
  if (/^[\n -~]*$/.test(plain) && !/[01Il|m]/.test(plain)) return plain;
  lookalikes ??= require("unhomoglyph") as (text: string) => string;
  return lookalikes(plain);
}

let lookalikes: ((text: string) => string) | undefined;

function differing(found: Char[], wanted: Char[], within: "whole" | "start" | "anywhere"): Difference[] {
  const [seen, looked] = [lookOf(found), lookOf(wanted)];
  const start = within === "anywhere" ? seen.indexOf(looked) : 0;
  const end = start + looked.length;
  if (looked === "" || start < 0 || seen.slice(start, end) !== looked) return [];
  if (within === "whole") return end === seen.length ? unlike(found, wanted, 0) : [];
  return unlike(
    found.filter(({ offset }) => offset >= start && offset < end),
    wanted,
    start,
  );
}

function lookOf(chars: readonly Char[]): string {
  return chars.map(({ seen }) => seen).join("");
}

/** Cuts both texts where a character begins in both at once, and gives the pieces that are not the same characters. */
function unlike(found: readonly Char[], wanted: readonly Char[], start: number): Difference[] {
  const begun = new Set(wanted.map(({ offset }) => offset + start));
  const cuts = [...new Set(found.map(({ offset }) => offset))].filter((offset) => begun.has(offset));
  return cuts.flatMap((cut, i) => {
    const next = cuts[i + 1] ?? Infinity;
    const at = found.find(({ offset }) => offset >= cut)?.at ?? 0;
    const piece = (chars: readonly Char[], shift: number) =>
      chars.filter(({ offset }) => offset + shift >= cut && offset + shift < next).map(({ char }) => char);
    const [is, should] = [piece(found, 0).join(""), piece(wanted, start).join("")];
    return is === should ? [] : [{ at, found: is, wanted: should }];
  });
}
