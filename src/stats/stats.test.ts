import { describe, expect, test } from "vitest";
import { addCluster, clusteredWilson, emptyClusters } from "./samples/clustered.ts";
import { passPower } from "./samples/pass-power.ts";
import { wilson } from "./proportions/proportion.ts";
import { quantile, quantileInterval } from "./samples/quantile.ts";

describe("edges", () => {
  test("no trials say nothing", () => expect(wilson(0, 0)).toEqual([0, 1]));
  test.each([
    [-1, 3],
    [4, 3],
    [Number.NaN, 3],
    [1, Number.POSITIVE_INFINITY],
  ])("wilson of %d in %d is refused", (x, n) => {
    expect(() => wilson(x, n)).toThrow(RangeError);
  });
  test("the quantile of nothing is an error", () => expect(() => quantile([], 0.5)).toThrow(RangeError));
  test("the upper bound of p95 needs 72 values", () => {
    const values = (n: number) => Float64Array.from({ length: n }, (_, i) => i);
    expect(quantileInterval(values(71), 0.95)[1]).toBeNull();
    expect(quantileInterval(values(72), 0.95)[1]).toBe(71);
  });
  test.each([
    [1, 4, 5],
    [1, 4, 0],
    [1, 4, 1.5],
  ])("pass^k with c=%d n=%d k=%d is an error", (c, n, k) => expect(() => passPower(c, n, k)).toThrow(RangeError));
});

describe("a proportion over clusters", () => {
  const sums = (clusters: [number, number][]) => {
    const s = emptyClusters();
    for (const [n, total] of clusters) addCluster(s, n, total);
    return s;
  };
  const width = ([low, high]: [number, number]) => high - low;
  test("one observation a cluster is plain Wilson", () => {
    expect(
      clusteredWilson(
        sums([
          [1, 1],
          [1, 0],
          [1, 1],
        ]),
      ),
    ).toEqual(wilson(2, 3));
  });
  test("identical trials count once a case", () => {
    const found = clusteredWilson(sums(Array.from({ length: 40 }, (_, i) => [5, i < 30 ? 5 : 0])));
    expect(width(found) / width(wilson(30, 40))).toBeCloseTo(1, 1);
  });
  test("trials that vary within the case count in full", () => {
    const found = clusteredWilson(sums(Array.from({ length: 300 }, (_, i) => [4, [1, 2, 2, 3][i % 4] as number])));
    expect(found).toEqual(wilson(600, 1200));
  });
  test("all passed: the cases are the evidence, not the trials", () => {
    expect(
      clusteredWilson(
        sums([
          [3, 3],
          [3, 3],
        ]),
      ),
    ).toEqual(wilson(2, 2));
  });
});
