import { expect, test } from "vitest";
import { signFlip } from "./sign-flip.ts";

test.each([
  ["no cluster says nothing", [], 1],
  ["one cluster says nothing", [3], 1],
  ["totals of 0 say nothing", [0, 0, 0], 1],
  ["five clusters of one sign: 2 of 32 patterns are as extreme", [1, 2, 3, 4, 5], 2 / 32],
  ["the same, worse instead of better", [-1, -2, -3, -4, -5], 2 / 32],
  ["a total of 0 changes nothing", [1, 2, 3, 4, 5, 0], 2 / 32],
  ["a tie by rounding is a tie", [0.1, 0.2, -0.3], 1],
  ["one small total against three: 4 of 16 patterns", [4, 3, 2, -1], 4 / 16],
])("%s", (_, totals, p) => expect(signFlip(totals)).toBe(p));

test("equals a count over all patterns", () => {
  const totals = [0.31, -1.2, 0.77, 2.05, -0.4, 1.1, 0.9, -0.05];
  const observed = Math.abs(totals.reduce((a, b) => a + b, 0));
  let count = 0;
  for (let pattern = 0; pattern < 256; pattern++) {
    const sum = totals.reduce((total, x, i) => total + (pattern & (1 << i) ? -x : x), 0);
    if (Math.abs(sum) >= observed - 1e-12) count += 1;
  }
  expect(signFlip(totals)).toBe(count / 256);
});

test("twenty clusters are enumerated, 21 are refused", () => {
  expect(signFlip(Array.from({ length: 20 }, () => 1))).toBe(2 / 2 ** 20);
  expect(() => signFlip(Array.from({ length: 21 }, () => 1))).toThrow(RangeError);
});

test("a total that is not finite is refused", () => expect(() => signFlip([1, Number.NaN])).toThrow(RangeError));
