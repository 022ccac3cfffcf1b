import { expect, test } from "vitest";
import { seeded } from "../../testing/seeded.ts";
import { lowerMeanBound } from "./mean-bound.ts";

test.each<[number, number, number]>([
  [0, 0, 0],
  [40, 0, 0],
  // E(p) = ½ / p reaches 20 at p = 1/40, and 3/8 / p² at its root.
  [1, 1, 0.025],
  [2, 2, Math.sqrt(0.375 / 20)],
  // One of two: E(p) = 1/8 / (p (1 − p)).
  [2, 1, (1 - Math.sqrt(1 - 4 * 0.00625)) / 2],
])("of %d outcomes, %d good: %d", (n, sum, expected) => {
  expect(lowerMeanBound(n, sum, 0.05)).toBeCloseTo(expected, 12);
});

test("it closes in on the rate from below, and is lower at a smaller α", () => {
  const bounds = [100, 1000, 10_000, 1_000_000].map((n) => lowerMeanBound(n, 0.8 * n, 0.05));
  expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
  expect(bounds.at(-1)).toBeGreaterThan(0.798);
  expect(bounds.every((bound) => bound < 0.8)).toBe(true);
  expect(lowerMeanBound(1000, 800, 0.001)).toBeLessThan(lowerMeanBound(1000, 800, 0.05));
});

test("looked at after every outcome, it is above the mean in at most one of twenty, of fractions too", () => {
  for (const [name, draw] of [["0 or 1", (u: number) => Number(u < 0.8)], ["fractions", (u: number) => (u < 0.6 ? 1 : 0.5)]] as const) {
    const random = seeded(name.length);
    let above = 0;
    for (let run = 0; run < 200; run++) {
      let sum = 0;
      for (let n = 1; n <= 300; n++) {
        sum += draw(random());
        if (n % 5 === 0 && lowerMeanBound(n, sum, 0.05) > 0.8) {
          above += 1;
          break;
        }
      }
    }
    expect(above / 200, name).toBeLessThanOrEqual(0.05);
  }
}); // prettier-ignore

test("refuses what cannot be", () => {
  expect(() => lowerMeanBound(10, 11, 0.05)).toThrow(RangeError);
  expect(() => lowerMeanBound(10, 5, 1)).toThrow(RangeError);
});
