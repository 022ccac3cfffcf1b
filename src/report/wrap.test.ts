import { expect, test } from "vitest";
import { wrapped } from "./wrap.ts";

test.each<[string, string, number, string]>([
  ["a line that fits stays", "  pass  all is well", 20, "  pass  all is well"],
  [
    "words move on, and hang under the text",
    "  pass  one two three four five six",
    32,
    "  pass  one two three four five\n        six",
  ],
  [
    "a label that leaves no room is no reason to",
    "  a long label  one two three",
    22,
    "  a long label  one\n    two three",
  ],
  [
    "a word that is too long is left whole",
    "see 0123456789012345678901234567890",
    20,
    "see\n  0123456789012345678901234567890",
  ],
  ["a number keeps its unit", "of 100 % p < 0.01", 12, "of 100 %\n  p < 0.01"],
  ["colours take no place", "\u001b[31mone\u001b[39m two three", 13, "\u001b[31mone\u001b[39m two three"],
  ["each line for itself", "one two\none two", 5, "one\n  two\none\n  two"],
])("%s", (_name, text, width, expected) => {
  expect(wrapped(text, width)).toBe(expected);
});
