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
    expect(found.interval).toEqual([all[10], all[45]]);
    expect(found.u).toBe(all.filter((d) => d > 0).length);
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
