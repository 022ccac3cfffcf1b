import { describe, expect, test } from "vitest";
import { normalCdf } from "../distributions/normal.ts";
import { clusterPower, clustersFor, leastClusters } from "./cluster-power.ts";
import { studentPower } from "./student-power.ts";

const LEVEL = { alpha: 0.05, sides: 2 } as const;

test.each([
  [0.05, 2, 6],
  [0.05, 1, 5],
  [0.01, 2, 8],
  [0.1, 2, 5],
  // p is 0.0625 at least, and has to be below alpha.
  [0.0625, 2, 6],
  [0.0626, 2, 5],
] as const)("at alpha %d, %d-sided, %d clusters are the fewest that can show anything", (alpha, sides, least) => {
  expect(leastClusters({ alpha, sides })).toBe(least);
  expect(clusterPower({ clusters: least - 1, effect: 100, step: 0 }, { alpha, sides })).toBe(0);
  expect(clusterPower({ clusters: least, effect: 100, step: 0 }, { alpha, sides })).toBe(1);
});

describe("power of clusters whose means have no steps", () => {
  test.each([0.5, 1, 1.5, 2, 3])("of six all must agree: Φ(%d)⁶", (effect) => {
    const promised = clusterPower({ clusters: 6, effect, step: 0 }, LEVEL);
    expect(Math.abs(promised - normalCdf(effect) ** 6)).toBeLessThan(0.01);
  });

  // scipy.stats.nct.sf(t.ppf(.975, C − 1), C − 1, effect √C)
  test.each([
    [10, 1, 0.8030962],
    [12, 1, 0.8828915],
    [20, 0.5, 0.5644829],
    [50, 0.3, 0.5476304],
  ])("%d clusters at effect %d: the noncentral t", (clusters, effect, power) => {
    expect(clusterPower({ clusters, effect, step: 0 }, LEVEL)).toBeCloseTo(power, 6);
  });

  test("without an effect it is the level of one side", () => {
    expect(studentPower(0, 9, LEVEL)).toBeCloseTo(0.025, 9);
    expect(Math.abs(clusterPower({ clusters: 6, effect: 0, step: 0 }, LEVEL) - 1 / 64)).toBeLessThan(0.005);
    expect(Math.abs(clusterPower({ clusters: 9, effect: 0, step: 0 }, LEVEL) - 12 / 512)).toBeLessThan(0.005);
  });
});

test("steps cost power where a cluster may come out at exactly 0, most where all must agree", () => {
  const [six, nine, twenty] = [6, 9, 20].map((clusters) =>
    [0, 0.5].map((step) => clusterPower({ clusters, effect: 1.3, step }, LEVEL)),
  ) as [number[], number[], number[]];
  const [lost6, lost9, lost20] = [six, nine, twenty].map(([plain = 0, steps = 0]) => plain - steps);
  expect(lost6).toBeGreaterThan(0.1);
  expect(lost9).toBeGreaterThan(0.02);
  expect(lost6).toBeGreaterThan(lost9 as number);
  expect(Math.abs(lost20 as number)).toBeLessThan(0.001);
});

test("clusters of different sizes show less than as many that are alike, the less the fewer they are", () => {
  const at = (clusters: number, sizes?: number[]) =>
    clusterPower({ clusters, effect: 1.2, step: 0.4, ...(sizes && { unequal: { sizes, correlation: 0.1 } }) }, LEVEL);
  const wide = [3, 5, 8, 14, 20];
  const lost = [6, 8, 10].map((clusters) => at(clusters) - at(clusters, wide));
  expect(lost.map((loss) => Math.round(loss * 1000) / 1000)).toEqual([0.061, 0.044, 0.018]);
  // Alike is what it was, and from thirty on t does not mind.
  expect(at(8, [7, 7])).toBe(at(8));
  expect(at(30, wide)).toBe(at(30));
});

test("power grows with the effect and with the clusters, and is the same each time", () => {
  const at = (clusters: number, effect: number) => clusterPower({ clusters, effect, step: 0.3 }, LEVEL);
  const effects = [0.2, 0.6, 1, 1.4, 2].map((effect) => at(8, effect));
  expect(effects).toEqual([...effects].sort((a, b) => a - b));
  const sizes = [5, 6, 7, 8, 9, 10, 12, 20].map((clusters) => at(clusters, 1));
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  expect(at(8, 1)).toBe(at(8, 1));
});

test("clusters for an effect are the fewest with that power", () => {
  const level = { ...LEVEL, power: 0.8 };
  const found = [3, 1.5, 1, 0.5, 0.1].map((effect) => clustersFor({ effect, step: 0 }, level));
  expect(found).toEqual([6, 7, 10, 34, 787]);
  for (const [i, effect] of [3, 1.5, 1, 0.5, 0.1].entries()) {
    const clusters = found[i] as number;
    expect(clusterPower({ clusters, effect, step: 0 }, level)).toBeGreaterThanOrEqual(0.8);
    expect(clusterPower({ clusters: clusters - 1, effect, step: 0 }, level)).toBeLessThan(0.8);
  }
  expect(clustersFor({ effect: 0, step: 0 }, level)).toBe(Infinity);
});

test.each([
  [0, 1, 0],
  [2.5, 1, 0],
  [6, -1, 0],
  [6, Number.NaN, 0],
  [6, 1, -1],
])("%d clusters, effect %d, step %d are refused", (clusters, effect, step) => {
  expect(() => clusterPower({ clusters, effect, step }, LEVEL)).toThrow(RangeError);
});
