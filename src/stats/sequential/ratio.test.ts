import { describe, expect, test } from "vitest";
import { seeded } from "../../testing/seeded.ts";
import { addBatch, emptyProcess, logE } from "./canary-engine.ts";
import { BINS, binOf, candidateScore, controlScore, GRID_STEP, HIGHEST_BIN, LOWEST_BIN, multipleOf, ratioPoint, ratioSettings } from "./ratio.ts"; // prettier-ignore

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Lognormal with that σ. */
const lognormal = (n: number, sigma: number, random = seeded(7)) =>
  Array.from({ length: n }, () => Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))); // prettier-ignore

describe("the control's p95", () => {
  test.each<[string, number[]]>([
    ["values of their own", Array.from({ length: 400 }, (_, i) => i + 1)],
    ["all the same", Array<number>(400).fill(250)],
    ["rounded to tens", Array.from({ length: 400 }, (_, i) => Math.ceil(i / 40) * 10)],
    ["a tenth above all the rest", Array.from({ length: 400 }, (_, i) => (i < 360 ? 100 : 900))],
    ["nothing but zero", Array<number>(400).fill(0)],
  ])("leaves a mean score of 95 %% whatever the ties: %s", (_, values) => {
    const point = ratioPoint("p95", values);
    expect(mean(values.map((value) => controlScore(point, value)))).toBeCloseTo(0.95, 10);
  });

  test("a candidate's value is good up to the limit times it", () => {
    const point = ratioPoint("p95", [...Array<number>(94).fill(1), ...Array<number>(6).fill(1000)]);
    expect(point).toEqual({ of: "p95", at: 1000, tie: 1 / 6, mean: 0.95, cut: 0 });
    expect([1199, 1200, 1201].map((value) => candidateScore(point, value, 1.2))).toEqual([1, 1, 0]);
  });
});

describe("the control's mean", () => {
  test("is of values that are cut at their p99.5, and says how much that leaves out", () => {
    const values = [...Array<number>(995).fill(1), ...Array<number>(5).fill(101)];
    const point = ratioPoint("mean", values);
    // Twice the mean of 1.5: a p99.5 of 1 would cut off just where more begins.
    expect(point.at).toBeCloseTo(3);
    expect(point.cut).toBeCloseTo((5 * 98) / 1500);
    expect(mean(values.map((value) => controlScore(point, value)))).toBeCloseTo(point.mean, 12);
  });

  test("twice as heavy tails are cut at the p99.5", () => {
    const values = lognormal(10_000, 1);
    const sorted = [...values].sort((a, b) => a - b);
    expect(ratioPoint("mean", values).at).toBe(sorted[9949]);
  });

  test("a candidate that costs the limit times as much scores as the control", () => {
    const values = lognormal(2000, 1.5);
    const point = ratioPoint("mean", values);
    const scores = values.map((value) => candidateScore(point, 1.2 * value, 1.2));
    expect(mean(scores)).toBeCloseTo(point.mean, 12);
  });

  test("of a control that costs nothing, what costs anything is too much", () => {
    const point = ratioPoint("mean", Array<number>(400).fill(0));
    expect([0, 0.01].map((value) => candidateScore(point, value, 1.2))).toEqual([1, 0]);
    expect(controlScore(point, 0)).toBeCloseTo(0.95);
  });
});

test("one batch at 50/50, by hand", () => {
  // V = 2 × .95 × .05 / .5 = .19, scores ±.1 of what is good and ∓1.9 of what is not.
  const { harm } = ratioSettings({ of: "p95", mean: 0.95 });
  const batch = { weight: 0.5, control: { n: 40, sum: 38 }, candidate: { n: 42, sum: 36 } };
  const bets = [0.005, 0.01, 0.02, 0.04].map((effect) => effect / 0.19);
  const logs = bets.map((bet) => 38 * Math.log(1 + 0.1 * bet) + 2 * Math.log(1 - 1.9 * bet) + 36 * Math.log(1 - 0.1 * bet) + 6 * Math.log(1 + 1.9 * bet));
  const expected = Math.log(logs.reduce((sum, log) => sum + Math.exp(log), 0) / 4);
  expect(logE(addBatch(emptyProcess(harm), batch))).toBeCloseTo(expected, 10);
}); // prettier-ignore

describe("a bin", () => {
  test("has the multiples up to its edge, and the limit's says what the score says", () => {
    const point = ratioPoint("p95", lognormal(400, 0.6));
    for (const value of lognormal(2000, 0.6, seeded(8))) {
      const multiple = multipleOf(point, value, 1.2);
      const bin = binOf(multiple);
      expect(bin <= 0).toBe(candidateScore(point, value, 1.2) === 1);
      expect(BINS).toContain(bin);
      if (bin > LOWEST_BIN && bin < HIGHEST_BIN) {
        expect(multiple).toBeLessThanOrEqual(GRID_STEP ** bin * (1 + 1e-12));
        expect(multiple).toBeGreaterThan(GRID_STEP ** (BINS[BINS.indexOf(bin) - 1] as number) * (1 - 1e-12));
      }
    }
  });

  test.each([[0, LOWEST_BIN], [1e-9, LOWEST_BIN], [1, 0], [1 + 1e-15, 1], [Number.MAX_VALUE, HIGHEST_BIN]])("of %d is %d", (multiple, bin) => {
    expect(binOf(multiple)).toBe(bin);
  }); // prettier-ignore
});
