import { expect, test } from "vitest";
import { reasonIn } from "./reason.ts";

test.each([
  ["a sentence", " v7 is rude\n", "v7 is rude"],
  ["another script", "грубо", "грубо"],
  ["a number", "12", "12"],
  ["a symbol", "🔥", "🔥"],
  ["a word with something invisible in it", "ru\u200bde", "ru\u200bde"],
  ["nothing", undefined, undefined],
  ["no text", "", undefined],
  ["spaces", " \t\n\u00a0\u3000", undefined],
  ["zero-width characters", "\u200b\u200d\u2060\ufeff", undefined],
  ["directions and tags", "\u202e\u{e0041}", undefined],
  ["letters that no screen shows", "\u3164\u115f\uffa0", undefined],
  ["a blank of Braille", "\u2800", undefined],
  ["blanks of hieroglyphs, letters to Unicode", "\u{13441}\u{13442}", undefined],
  ["the place of an object", "\ufffc", undefined],
  ["an accent of nothing", "\u0301", undefined],
  ["dots and dashes", "... --", undefined],
])("%s", (_, typed, reason) => {
  expect(reasonIn(typed)).toBe(reason);
});
