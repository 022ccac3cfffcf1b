import { describe, expect, test } from "vitest";
import { normalSurvival } from "../distributions/normal.ts";
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

describe("many clusters", () => {
  test.each([
    ["twenty that are no multiples of each other", Array.from({ length: 20 }, (_, i) => Math.sqrt(2 + i))],
    ["whole numbers, however many", Array.from({ length: 60 }, (_, i) => 1 + (i % 4))],
  ])("%s: exact", (_, totals) => {
    expect(signFlip(totals)).toBe(2 ** (1 - totals.length));
  });
  test("of 40 that differ by one, 27 up and 13 down: the two tails of a fair coin", () => {
    const totals = Array.from({ length: 40 }, (_, i) => (i < 27 ? 1 : -1));
    expect(signFlip(totals)).toBeCloseTo(0.038477308284, 11);
  });
  test.each([
    ["alike", (i: number) => 1 + Math.sqrt(i) / 10],
    ["with heavy tails", (i: number) => Math.exp(Math.sqrt(i))],
    ["one of them worth more than all others", (i: number) => (i === 3 ? 100 : Math.sqrt(1 + i))],
  ])("24 %s: within 3 % of an enumeration", (_, sizeOf) => {
    const totals = Array.from({ length: 24 }, (_size, i) => (i % 4 === 1 ? -sizeOf(i) : sizeOf(i)));
    const [exact, found] = [enumerated(totals), signFlip(totals)];
    expect(Math.abs(found / exact - 1)).toBeLessThan(0.03);
  });
  test("two hundred alike are as good as normal: z = 2 of unequal totals", () => {
    const sizes = Array.from({ length: 200 }, (_, i) => 1 + (i % 7) / 10 + Math.sqrt(i) / 1000);
    const totals = sizes.map((size, i) => (i % 2 === 0 || i < 28 ? size : -size));
    const z = totals.reduce((a, b) => a + b, 0) / Math.sqrt(totals.reduce((sum, t) => sum + t * t, 0));
    expect(signFlip(totals)).toBeCloseTo(2 * normalSurvival(z), 8);
  });
});

/** Over all patterns: of both halves, sorted, and counted together. */
function enumerated(totals: number[]): number {
  const sums = (half: number[]) => half.reduce((all, size) => all.flatMap((s) => [s - size, s + size]), [0]);
  const [one, other] = [0, 1].map((odd) => sums(totals.filter((_, i) => i % 2 === odd)).sort((a, b) => a - b));
  const observed = Math.abs(totals.reduce((a, b) => a + b, 0)) - 1e-9;
  let [count, from] = [0, other!.length];
  for (const sum of one!) {
    while (from > 0 && sum + other![from - 1]! >= observed) from -= 1;
    count += other!.length - from;
  }
  return (2 * count) / 2 ** totals.length;
}

test("a total that is not finite is refused", () => expect(() => signFlip([1, Number.NaN])).toThrow(RangeError));
