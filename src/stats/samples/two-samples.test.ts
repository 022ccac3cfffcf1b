import { describe, expect, test } from "vitest";
import { addCluster, emptyClusters } from "./clustered.ts";
import { clusteredT } from "./clustered-t.ts";
import { mannWhitney } from "./mann-whitney.ts";
import { welch } from "./welch.ts";

describe("Welch", () => {
  test("fewer than two values, or no spread in either arm: undefined", () => {
    expect(welch([1], [2, 3])).toBeNull();
    expect(welch([], [])).toBeNull();
    expect(welch([1, 1], [2, 2])).toBeNull();
  });
  test("one constant arm leaves the other's degrees of freedom", () => {
    expect(welch([1, 1, 1], [2, 3, 4])?.df).toBeCloseTo(2, 12);
  });
  test("values as large as their squares allow; larger ones are refused", () => {
    const small = welch([1, 2, 4], [5, 6, 9])!;
    const large = welch([1e120, 2e120, 4e120], [5e120, 6e120, 9e120])!;
    expect([large.df, large.pValue]).toEqual([expect.closeTo(small.df, 9), expect.closeTo(small.pValue, 12)]);
    expect(() => welch([1e308, -1e308], [1, 2])).toThrow(RangeError);
    expect(() => welch([1e200, 2e200], [1, 2])).toThrow(RangeError);
  });
  test("refuses what is not a number, and an impossible alpha", () => {
    expect(() => welch([1, Number.NaN], [1, 2])).toThrow(RangeError);
    expect(() => welch([1, 2], [1, 2], 1)).toThrow(RangeError);
  });
});

describe("Mann-Whitney", () => {
  test("all values equal: p is 1, the shift 0", () => {
    expect(mannWhitney([5, 5, 5], [5, 5])).toEqual({
      u: 3,
      pValue: 1,
      exact: true,
      tied: true,
      superiority: 0.5,
      shift: 0,
      interval: [null, null],
    });
  });
  test("two values an arm bound no shift", () => expect(mannWhitney([1, 2], [3, 4]).interval).toEqual([null, null]));
  test("the shift is the median of all differences, the interval two of them", () => {
    const x = [0.3, 1.7, 2.2, 4.1, 5.5, 6, 7.9, 8.4];
    const y = [1.1, 2.6, 3.7, 5.2, 6.8, 9.5, 11];
    const all = x.flatMap((a) => y.map((b) => b - a)).sort((a, b) => a - b);
    const found = mannWhitney(x, y);
    expect(found.shift).toBe((all[27]! + all[28]!) / 2);
    // R: qwilcox(0.025, 7, 8) = 11
    expect(found.interval).toEqual([all[10], all[45]]);
    expect(found.u).toBe(all.filter((d) => d > 0).length);
  });
  test("three against three that are all higher: exact p 0.1, with ties and without", () => {
    expect(mannWhitney([1, 1, 1], [2, 2, 2])).toMatchObject({ pValue: 0.1, exact: true, tied: true });
    expect(mannWhitney([1, 2, 3], [4, 5, 6])).toMatchObject({ pValue: 0.1, exact: true, tied: false });
  });
  /** Every way to deal the values to the arms, as likely as any other. */
  test.each([
    ["no ties", [3, 9, 4, 1], [7, 8, 5, 10, 11]],
    ["ties within and across", [1, 2, 2, 3], [2, 3, 3, 5, 5]],
    ["a smaller candidate, lower", [4, 4, 4, 6, 7], [1, 4, 2]],
    ["mostly the same", [0, 0, 0, 0, 1], [0, 0, 1, 1, 1]],
  ])("exact p counts every arrangement: %s", (_name, x, y) => {
    const all = [...x, ...y];
    const uOf = (a: number[], b: number[]) =>
      a.flatMap((v) => b.map((w) => (w > v ? 1 : w === v ? 0.5 : 0))).reduce((sum: number, one) => sum + one, 0);
    const seen = uOf(x, y);
    const us = Array.from({ length: 2 ** all.length }, (_, bits) => all.map((_v, i) => (bits >> i) & 1))
      .filter((dealt) => dealt.reduce((sum, one) => sum + one, 0) === y.length)
      .map((dealt) => uOf(all.filter((_v, i) => dealt[i] === 0), all.filter((_v, i) => dealt[i] === 1))); // prettier-ignore
    const lower = us.filter((u) => u <= seen).length / us.length;
    const upper = us.filter((u) => u >= seen).length / us.length;
    expect(mannWhitney(x, y).pValue).toBeCloseTo(Math.min(1, 2 * Math.min(lower, upper)), 12);
  });
  test("without ties the interval excludes 0 exactly where p is below alpha", () => {
    for (let by = 0; by < 12; by += 0.5) {
      const found = mannWhitney([1, 2, 3, 4, 5, 6], [1.3, 2.3, 3.3, 4.3, 5.3].map((v) => v + by), 0.1); // prettier-ignore
      expect((found.interval[0] as number) > 0, String(by)).toBe(found.pValue < 0.1);
    }
  });
  test("beyond 2500 pairs the approximation takes over without a step", () => {
    const arm = (n: number, by: number) => Array.from({ length: n }, (_, i) => ((i * 37) % n) / n + by);
    const [counted, normal] = [mannWhitney(arm(50, 0), arm(50, 0.1003)), mannWhitney(arm(51, 0), arm(51, 0.1003))];
    expect([counted.exact, normal.exact]).toEqual([true, false]);
    expect(Math.abs(counted.pValue - normal.pValue)).toBeLessThan(0.01);
  });
  test("values too far apart to subtract are refused", () => {
    expect(() => mannWhitney([-1e308], [1e308])).toThrow(RangeError);
  });
  test("refuses an empty arm and what is not a number", () => {
    expect(() => mannWhitney([], [1])).toThrow(RangeError);
    expect(() => mannWhitney([1], [Number.POSITIVE_INFINITY])).toThrow(RangeError);
  });
});

describe("t over clusters", () => {
  const over = (clusters: [n: number, total: number][]) => {
    const sums = emptyClusters();
    for (const [n, total] of clusters) addCluster(sums, n, total);
    return clusteredT(sums);
  };
  test("fewer than two clusters: undefined", () => {
    expect(over([])).toBeNull();
    expect(over([[3, 1]])).toBeNull();
  });
  test("clusters that agree have no error, to the last bit", () => {
    expect(over([[3, 0], [3, 0]])).toMatchObject({ estimate: 0, error: 0, pValue: 1, interval: [0, 0] }); // prettier-ignore
    expect(over(Array.from({ length: 7 }, () => [3, 0.1 + 0.2]))).toMatchObject({ error: 0, pValue: 0 });
  });
  test("an impossible alpha is refused", () => expect(() => clusteredT(emptyClusters(), 0)).toThrow(RangeError));
});
