import { describe, expect, test } from "vitest";
import { seeded } from "../../testing/seeded.ts";
import { addToBreak, breakLogE, type BreakCell, type BreakProcess, NO_BREAK } from "./break-process.ts";

const HOURS = { hours: 336 };
const cell = (n: number, bad: number, limit: number): BreakCell => ({ n, bad, limit });

describe("the money", () => {
  test("is 1 in all, whatever hour it is, until something is bet", () => {
    for (const hour of [0, 5, 335, 10_000]) expect(breakLogE(addToBreak(NO_BREAK, [], { hour, ...HOURS }))).toBeCloseTo(0, 12);
  }); // prettier-ignore

  test("of an hour comes once, in proportion to 1/(s + 1), and all of it until the last", () => {
    const first = addToBreak(NO_BREAK, [], { hour: 0, hours: 2 });
    expect([first.hand, first.kept]).toEqual([expect.closeTo(2 / 3, 12), expect.closeTo(1 / 3, 12)]);
    expect(addToBreak(first, [], { hour: 0, hours: 2 })).toEqual(first);
    expect(addToBreak(first, [], { hour: 9, hours: 2 }).hand).toBeCloseTo(1, 12);
  });

  test("an eighth of what is at hand is bet on eight outcomes; by hand", () => {
    const after = addToBreak({ ...NO_BREAK, hour: 0, kept: 0, hand: 1 }, [cell(8, 4, 0.25)], { hour: 0, hours: 1 });
    const factors = [0.5, 0.75, 0.98].map((q) => (q / 0.25) ** 4 * ((1 - q) / 0.75) ** 4);
    const wealth = factors.reduce((sum, factor) => sum + factor / 24, 7 / 8);
    expect(breakLogE(after)).toBeCloseTo(Math.log(wealth), 12);
    expect(after.hand).toBeCloseTo(7 / 8, 12);
  });

  test("is not bet at rates that the limit leaves no room for", () => {
    const all = addToBreak(NO_BREAK, [cell(100, 100, 0.99)], { hour: 0, ...HOURS });
    expect(breakLogE(all)).toBeCloseTo(0, 12);
  });
});

/** Looks of ten outcomes, a hundred an hour. */
function run(random: () => number, rateAt: (look: number) => number, limit: number, looks: number): BreakProcess[] {
  const states = [NO_BREAK];
  for (let look = 0; look < looks; look++) {
    const bad = Array.from({ length: 10 }, () => Number(random() < rateAt(look))).reduce((a, b) => a + b);
    states.push(addToBreak(states.at(-1) as BreakProcess, [cell(10, bad, limit)], { hour: Math.floor(look / 10), ...HOURS })); // prettier-ignore
  }
  return states;
}

test("at the limit itself it reaches 20 in at most one of twenty, and 200 in one of two hundred", () => {
  const random = seeded(5);
  const peaks = Array.from({ length: 400 }, () => run(random, () => 0.13, 0.13, 200).at(-1)?.peak ?? 0);
  expect(peaks.filter((peak) => peak >= Math.log(20)).length).toBeLessThanOrEqual(20);
  expect(peaks.filter((peak) => peak >= Math.log(200)).length).toBeLessThanOrEqual(2);
});

test.each([0, 5, 103])("a break after %d looks, from 5 to 50 %% failures, is seen within sixty outcomes on average", (at) => {
  const random = seeded(at);
  const waited = Array.from({ length: 100 }, () => {
    const states = run(random, (look) => (look < at ? 0.05 : 0.5), 0.13, at + 40);
    return 10 * (states.findIndex(({ peak }) => peak >= Math.log(200)) - at);
  });
  expect(Math.min(...waited)).toBeGreaterThan(0);
  expect(waited.reduce((a, b) => a + b) / waited.length).toBeLessThan(60);
}); // prettier-ignore

test.each([cell(3, 4, 0.1), cell(1.5, 1, 0.1), cell(3, -1, 0.1), cell(3, 1, 0), cell(3, 1, 1.1)])(
  "%j is refused",
  (impossible) => expect(() => addToBreak(NO_BREAK, [impossible], { hour: 0, ...HOURS })).toThrow(RangeError),
);
