import { describe, expect, test } from "vitest";
import { addPair, addRatio, emptyPairs, emptyRatio, ratioOfRatios, ratioOfSums } from "./ratio.ts";

type Totals = [cost: number, success: number];
const sums = (clusters: Totals[]) => {
  const found = emptyRatio();
  for (const [cost, success] of clusters) addRatio(found, cost, success);
  return found;
};
const pairs = (control: Totals[], candidate: Totals[]) => {
  const found = emptyPairs();
  for (const [i, totals] of control.entries()) addPair(found, totals, candidate[i]!);
  return found;
};
const some: Totals[] = [[0.2, 3], [0.31, 2], [0.12, 3], [0.45, 1], [0.22, 2]]; // prettier-ignore

describe("cost per success", () => {
  test.each<[string, Totals[]]>([
    ["no cluster", []],
    ["one cluster", [[1, 1]]],
    ["no success: undefined, which blocks a promotion", [[1, 0], [2, 0]]], // prettier-ignore
  ])("%s", (_, clusters) => expect(ratioOfSums(sums(clusters))).toBeNull());

  test("nothing paid costs nothing", () => {
    expect(ratioOfSums(sums([[0, 1], [0, 2]]))).toEqual({ estimate: 0, error: 0, interval: [0, 0] }); // prettier-ignore
  });
  test("trials that repeat their case are no evidence of their own", () => {
    const once = ratioOfSums(sums(some))!;
    const thrice = ratioOfSums(sums(some.map(([cost, success]): Totals => [3 * cost, 3 * success])))!;
    expect(thrice.estimate).toBeCloseTo(once.estimate, 12);
    expect(thrice.error).toBeCloseTo(once.error, 12);
  });
  test.each<Totals>([
    [-1, 1],
    [1, -1],
    [Number.NaN, 1],
  ])("cost %d with success %d is refused", (cost, success) => {
    expect(() => addRatio(emptyRatio(), cost, success)).toThrow(RangeError);
  });
});

describe("two arms", () => {
  const dearer = some.map(([cost, success]): Totals => [1.1 * cost, success]);
  test("an arm without a success, or without a cost, compares with nothing", () => {
    expect(ratioOfRatios(sums(some), sums([[1, 0], [1, 0]]))).toBeNull(); // prettier-ignore
    expect(ratioOfRatios(sums([[0, 1], [0, 1]]), sums(some))).toBeNull(); // prettier-ignore
  });
  test("the same cases at 10 % more: pairing sees it, independent arms do not", () => {
    const apart = ratioOfRatios(sums(some), sums(dearer))!;
    const together = ratioOfRatios(sums(some), sums(dearer), { pairs: pairs(some, dearer) })!;
    expect(apart.estimate).toBeCloseTo(1.1, 12);
    expect(apart.pValue).toBeGreaterThan(0.5);
    expect(together.pValue).toBeLessThan(1e-9);
    expect(together.interval[0]).toBeCloseTo(1.1, 6);
  });
  test("paired arms need the same clusters", () => {
    expect(() => ratioOfRatios(sums(some), sums(some.slice(1)), { pairs: pairs(some, some) })).toThrow(RangeError);
  });
  test("the variance of a pair's logarithm, written out", () => {
    const other: Totals[] = [[0.25, 3], [0.3, 3], [0.2, 2], [0.4, 2], [0.2, 1]]; // prettier-ignore
    const linear = (arm: Totals[]) => {
      const [cost, success] = arm.reduce(([c, y], totals) => [c + totals[0], y + totals[1]], [0, 0]);
      return arm.map(([c, y]) => (c - (cost / success) * y) / cost);
    };
    const [a, b] = [linear(some), linear(other)];
    const variance = (5 / 4) * a.reduce((sum, u, i) => sum + (b[i]! - u) ** 2, 0);
    const found = ratioOfRatios(sums(some), sums(other), { pairs: pairs(some, other) });
    expect(found?.error).toBeCloseTo(Math.sqrt(variance), 12);
  });
});
