import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { addCluster, clusteredError, clusteredWilson, emptyClusters } from "./clustered.ts";
import { passPower } from "./pass-power.ts";
import { wilson } from "./proportion.ts";
import { binomialQuantile, quantile, quantileInterval } from "./quantile.ts";

function golden(name: string): Record<string, any>[] {
  const file = new URL(`../../fixtures/stats/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).cases;
}

/** z at the golden files' confidence levels (SciPy norm.ppf). */
const Z: Record<string, number> = { 0.9: 1.6448536269514722, 0.95: 1.959963984540054, 0.99: 2.5758293035489004 };

describe("golden numbers (fixtures/stats)", () => {
  test("Wilson equals R, SciPy and statsmodels", () => {
    const cases = golden("b_one_proportion_ci");
    expect(cases.length).toBe(57);
    for (const c of cases) {
      const [low, high] = wilson(c.x, c.n, Z[c.conf]);
      expect(Math.abs(low - c.wilson[0]), JSON.stringify(c)).toBeLessThan(1e-10);
      expect(Math.abs(high - c.wilson[1]), JSON.stringify(c)).toBeLessThan(1e-10);
    }
  });
  test("ranks of quantile intervals equal scipy.stats.binom.ppf", () => {
    const cases = golden("d_quantile_ci_ranks");
    expect(cases.length).toBe(104);
    for (const c of cases) {
      const alpha = 1 - c.conf;
      const low = binomialQuantile(alpha / 2, c.n, c.q);
      const high = binomialQuantile(1 - alpha / 2, c.n, c.q) + 1;
      expect([low, high], JSON.stringify(c)).toEqual([
        c.lower_is_minus_inf ? 0 : c.lower_rank_1based,
        c.upper_is_plus_inf ? c.n + 1 : c.upper_rank_1based,
      ]);
    }
  });
  test("CR1 errors equal statsmodels", () => {
    for (const c of golden("c_clustered_se")) {
      const sums = emptyClusters();
      const ids: unknown[] = c.cluster;
      for (const id of new Set(ids)) {
        const scores = c.scores.filter((_: number, i: number) => ids[i] === id);
        addCluster(
          sums,
          scores.length,
          scores.reduce((a: number, b: number) => a + b, 0),
        );
      }
      const error = clusteredError(sums);
      if (c.C < 2) expect(error).toBeNull();
      else expect(error).toBeCloseTo(c.se_statsmodels_cluster_with_correction, 10);
    }
  });
  test("pass^k equals the published estimator, and k > n is an error", () => {
    for (const c of golden("f_pass_k")) {
      if (c.n === undefined) continue;
      if (c.k > c.n) expect(() => passPower(c.c, c.n, c.k)).toThrow(RangeError);
      else expect(passPower(c.c, c.n, c.k)).toBeCloseTo(c.pass_hat_k, 12);
    }
  });
  test("type 7 quantiles equal NumPy", () => {
    for (const c of golden("d_quantile_definitions")) {
      expect(
        quantile(
          [...c.x].sort((a: number, b: number) => a - b),
          c.q,
        ),
      ).toBeCloseTo(c.type7_linear, 9);
    }
  });
});

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
