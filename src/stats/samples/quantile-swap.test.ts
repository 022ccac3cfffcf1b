import { describe, expect, test } from "vitest";
import { type ClusteredValues, quantileSwap } from "./quantile-swap.ts";

/** Each row the values of one cluster. */
function arm(clusters: number[][]): ClusteredValues {
  const all = clusters.flatMap((values, group) => values.map((value) => ({ value, group })));
  all.sort((a, b) => a.value - b.value);
  return { values: all.map(({ value }) => value), groups: all.map(({ group }) => group) };
}

const alone = (values: number[]) => arm(values.map((value) => [value]));
const upTo = (n: number, scale = 1) => alone(Array.from({ length: n }, (_, i) => scale * (i + 1)));

describe("p", () => {
  test.each([
    ["the same values: no cluster differs", upTo(200), upTo(200), 0.95, 1],
    ["one value a cluster: McNemar's exact test on what is above the pooled median", upTo(8), upTo(8, 10), 0.5, 2 ** -7],
    ["100 cases, the candidate ten times as slow: all ten beyond are its own", upTo(100), upTo(100, 10), 0.95, 2 ** -9],
    ["50 cases: five beyond are too few", upTo(50), upTo(50, 100), 0.95, 2 ** -4],
    ["five clusters, however many values: 2 of 32 swaps", arm(Array.from({ length: 5 }, () => [1, 2, 3, 4])), arm(Array.from({ length: 5 }, () => [11, 12, 13, 14])), 0.5, 2 ** -4],
    ["ties at the quantile are not above it", alone([1, 1, 1, 1, 1, 1, 1, 1]), alone([1, 1, 1, 1, 1, 1, 1, 2]), 0.5, 1],
  ])("%s", (_, control, candidate, q, p) => expect(quantileSwap(control, candidate, q).pValue).toBe(p)); // prettier-ignore

  test("equals a count over all swaps of whole clusters", () => {
    const control = [[3, 9], [1, 4, 8], [2, 7], [5, 30], [6, 12], [10, 11, 13]]; // prettier-ignore
    const candidate = [[15, 20], [14, 4.5], [21, 7.5], [22, 29], [3.5, 40], [9.5, 16, 13.5]]; // prettier-ignore
    const q = 0.75;
    const pooled = [...control, ...candidate].flat().sort((a, b) => a - b);
    const limit = pooled[Math.ceil(pooled.length * q) - 1]!;
    const share = pooled.filter((value) => value > limit).length / pooled.length;
    const d = control.map((before, i) => {
      const of = (values: number[]) => values.reduce((sum, value) => sum + Number(value > limit) - share, 0);
      return of(candidate[i]!) - of(before);
    });
    const sums = Array.from({ length: 64 }, (_, swap) => d.reduce((sum, v, i) => sum + ((swap >> i) & 1 ? -v : v), 0));
    const extreme = sums.filter((sum) => Math.abs(sum) >= Math.abs(sums[0]!) - 1e-9).length;
    const found = quantileSwap(arm(control), arm(candidate), q);
    expect(found.pValue).toBe(extreme / 64);
    expect(found.beyond).toBe(d.filter((_v, i) => [...control[i]!, ...candidate[i]!].some((x) => x > limit)).length);
  });
});

describe("interval", () => {
  test("has the shifts that are not rejected: at its ends p crosses 5 %", () => {
    const control = upTo(40);
    const values = Array.from({ length: 40 }, (_, i) => ((i * 17) % 40) * 1.5 + 7.25);
    const { difference } = quantileSwap(control, alone(values), 0.5);
    const pAt = (shift: number) => quantileSwap(control, alone(values.map((v) => v - shift)), 0.5).pValue;
    const [low, high] = difference as [number, number];
    expect([pAt(low - 0.01) < 0.05, pAt(low + 0.01) < 0.05]).toEqual([true, false]);
    expect([pAt(high - 0.01) < 0.05, pAt(high + 0.01) < 0.05]).toEqual([false, true]);
    expect([low, high]).toEqual([2.25, 29.75]);
  });
  test("moves with the candidate: by a shift, and by a factor", () => {
    const [control, candidate] = [upTo(60), upTo(60, 1.1)];
    const slower = (by: (v: number) => number) => ({ ...candidate, values: Array.from(candidate.values, by) });
    const base = quantileSwap(control, candidate, 0.5);
    const shifted = quantileSwap(control, slower((v) => v + 50), 0.5); // prettier-ignore
    const twice = quantileSwap(control, slower((v) => 2 * v), 0.5); // prettier-ignore
    for (const end of [0, 1] as const) {
      expect(shifted.difference[end]).toBeCloseTo(base.difference[end]! + 50, 6);
      expect(twice.ratio![end]).toBeCloseTo(2 * base.ratio![end]!, 6);
    }
  });
  test("of too few clusters it is open on both sides", () => {
    expect(quantileSwap(upTo(50), upTo(50, 100), 0.95)).toMatchObject({ difference: [null, null], ratio: [null, null], beyond: 5 }); // prettier-ignore
  });
  test("a ratio needs positive values", () => {
    expect(quantileSwap(alone(Array.from({ length: 20 }, () => 0)), upTo(20), 0.5).ratio).toBeNull();
  });
});

test.each([
  ["no values", [], [1], 0.5],
  ["a value that is not finite", [1, Number.NaN], [1], 0.5],
  ["q at 1", [1], [1], 1],
])("%s: refused", (_, control, candidate, q) => {
  const of = (values: number[]) => ({ values, groups: values.map((_value, i) => i) });
  expect(() => quantileSwap(of(control), of(candidate), q)).toThrow(RangeError);
});
