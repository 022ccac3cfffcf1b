import { expect, test } from "vitest";
import { printable } from "./printable.ts";

test.each([
  ["\u001b[2Jgone", "\\x1b[2Jgone"],
  ["a\tb\nc", "a\tb\nc"],
  ["\u009b31m", "\\x9b31m"],
  ["safe\u202eelas\u202c", "safe\\u202eelas\\u202c"],
  ["\u2066x\u2069\u200f\u061c", "\\u2066x\\u2069\\u200f\\u061c"],
  ["żółć 你好 👩‍💻 עברית", "żółć 你好 👩‍💻 עברית"],
])("%j is shown as %j", (text, shown) => {
  expect(printable(text)).toBe(shown);
});
