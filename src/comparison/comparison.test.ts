import { describe, expect, test } from "vitest";
import { judgeMetrics } from "./metrics/judged.ts";
import type { MeasuredMetric } from "./metrics/measured.ts";
import type { CaseMeans } from "./pairs/pair.ts";
import type { ComparedMetric } from "./schema.ts";
import { testMeans, testRate } from "./metrics/tested.ts";
import { overallVerdict } from "./verdict.ts";

/** Means of one trial a case from a table of outcomes. */
function single(bothPass: number, onlyControl: number, onlyCandidate: number, neither: number): CaseMeans {
  const rows = [
    ...Array<[number, number]>(bothPass).fill([1, 1]),
    ...Array<[number, number]>(onlyControl).fill([1, 0]),
    ...Array<[number, number]>(onlyCandidate).fill([0, 1]),
    ...Array<[number, number]>(neither).fill([0, 0]),
  ];
  return means(rows, true);
}

function means(
  rows: readonly (readonly [number, number])[],
  isSingle = false,
  groups: number[] | null = null,
): CaseMeans {
  return {
    control: Float64Array.from(rows, (r) => r[0]),
    candidate: Float64Array.from(rows, (r) => r[1]),
    groups: groups === null ? null : Int32Array.from(groups),
    single: isSingle,
    at: Int32Array.from(rows, (_, i) => i),
  };
}

const many = <T>(n: number, value: T) => Array<T>(n).fill(value);

describe("the test that is used", () => {
  test.each<[string, CaseMeans, string]>([
    ["one trial a case: McNemar, mid-p", single(382, 76, 360, 501), "mcnemar-midp"],
    ["five changed cases cannot decide: exact", single(40, 5, 0, 5), "mcnemar-exact"],
    [
      "several trials: paired means",
      means([...many(15, [0.8, 0.4] as const), ...many(35, [0.6, 0.7] as const)]),
      "clustered-t",
    ],
    [
      "nine cases that differ: sign flips",
      means([...many(9, [0.8, 0.4] as const), ...many(41, [1, 1] as const)]),
      "sign-flip",
    ],
    [
      "one trial but clusters: paired means",
      means(
        many(40, [1, 0] as const),
        true,
        Array.from({ length: 40 }, (_, i) => i % 5),
      ),
      "sign-flip",
    ],
    ["one cluster: nothing to judge by", means(many(40, [1, 0] as const), true, many(40, 0)), "none"],
  ])("%s", (_name, cases, expected) => {
    expect(testRate(cases).test).toBe(expected);
  });

  test("McNemar's counts, difference and interval are those of the paired table", () => {
    const found = testRate(single(222, 64, 293, 740));
    expect(found.difference).toBeCloseTo(229 / 1319, 12);
    expect(found.ci95?.[0]).toBeCloseTo(0.14735, 4);
    expect(found.ci95?.[1]).toBeCloseTo(0.20039, 4);
    expect(found.pValue).toBeLessThan(1e-30);
  });

  test("with five changed cases no result is significant, and it says so", () => {
    const found = testRate(single(40, 5, 0, 5));
    expect(found.pValue).toBeCloseTo(0.0625, 12);
    expect(found.remarks).toEqual([{ code: "few-changed", cases: 5 }]);
  });

  test("nothing changed: p is 1 and the interval is as wide as the number of cases allows", () => {
    const found = testRate(single(45, 0, 0, 5));
    expect(found.pValue).toBe(1);
    expect(found.ci95?.[1]).toBeCloseTo(3.8415 / 53.8415, 3);
    const repeated = testRate(means(many(50, [1, 1] as const)));
    expect(repeated.pValue).toBe(1);
    expect(repeated.ci95).toEqual(found.ci95);
  });

  test("every case fell by the same amount: no spread, and yet no doubt", () => {
    const found = testRate(means(many(30, [1, 0.5] as const)));
    expect(found.pValue).toBeCloseTo(2 * 0.5 ** 30, 15);
    expect(found.difference).toBe(-0.5);
  });

  test("what is only rounding is no difference", () => {
    const third = (i: number): [number, number] => (i % 2 === 0 ? [2 / 3, 1] : [2 / 3, 1 / 3]);
    const rows = Array.from({ length: 40 }, (_, i) => third(i));
    const found = testRate(
      means(
        rows,
        false,
        rows.map((_, i) => Math.floor(i / 2)),
      ),
    );
    expect(found).toMatchObject({ difference: 0, pValue: 1 });
    const sums = testMeans(means(many(200, [(0.1 + 0.2 + 0.3) / 3, (0.3 + 0.2 + 0.1) / 3] as const)));
    expect(sums).toMatchObject({ difference: 0, pValue: 1, ci95: [0, 0] });
  });

  test.each<[string, CaseMeans]>([
    ["all cases rose by the same", means(many(40, [0.6, 1] as const))],
    ["eight of forty rose", means([...many(8, [0.6, 1] as const), ...many(32, [0.8, 0.8] as const)])],
    [
      "five of forty fell, too few to be sure",
      means([...many(5, [1, 0.6] as const), ...many(35, [0.8, 0.8] as const)]),
    ],
    ["one case fell a little", means([...many(1, [1, 0.8] as const), ...many(49, [1, 1] as const)])],
    ["five changed cases of eighty-five", single(80, 5, 0, 0)],
    [
      "two clusters",
      means(
        many(40, [0.2, 0.9] as const),
        false,
        Array.from({ length: 40 }, (_, i) => i % 2),
      ),
    ],
  ])("%s: the interval excludes 0 exactly when the test does, and stays within what is possible", (_name, cases) => {
    const { ci95, pValue, difference } = testRate(cases);
    const [low, high] = ci95 as [number, number];
    expect(low > 0 || high < 0 || (pValue as number) >= 0.05 || low === 0 || high === 0).toBe(true);
    if ((pValue as number) >= 0.05) expect(low <= 0 && high >= 0).toBe(true);
    expect(low).toBeLessThanOrEqual(difference);
    expect(high).toBeGreaterThanOrEqual(difference);
    expect(low).toBeGreaterThanOrEqual(-1);
    expect(high).toBeLessThanOrEqual(1);
  });

  test("one more regression never narrows what the others leave open", () => {
    const none = testRate(means(many(50, [1, 1] as const))).ci95 as [number, number];
    const one = testRate(means([[1, 0.8], ...many(49, [1, 1] as const)])).ci95 as [number, number];
    expect(one[0]).toBeLessThan(none[0]);
  });

  test("clusters widen the interval: forty cases of eight customers are eight witnesses", () => {
    const rows = Array.from({ length: 240 }, (_, i) =>
      Math.floor(i / 20) % 2 === 0 ? ([1, 0] as const) : ([0, 1] as const),
    );
    const alone = testMeans(means(rows));
    const grouped = testMeans(
      means(
        rows,
        false,
        rows.map((_, i) => Math.floor(i / 20)),
      ),
    );
    const width = (ci: readonly [number | null, number | null] | null) => (ci?.[1] ?? 0) - (ci?.[0] ?? 0);
    expect(width(grouped.ci95)).toBeGreaterThan(3 * width(alone.ci95));
  });
});

const metric = (over: Partial<MeasuredMetric>): MeasuredMetric => ({
  name: "successRate",
  role: "primary",
  unit: "proportion",
  higherIsBetter: true,
  relative: false,
  margin: 0.03,
  bounded: false,
  control: 0.9,
  candidate: 0.9,
  difference: 0,
  ci95: [-0.01, 0.01],
  ratio: null,
  pValue: 1,
  test: "mcnemar-midp",
  remarks: [],
  ...over,
});
const dearer = (over: Partial<MeasuredMetric>) =>
  metric({
    name: "costUsd.perTask",
    role: "guardrail",
    unit: "usd",
    higherIsBetter: false,
    relative: true,
    margin: 0.2,
    difference: 0.01,
    ci95: [0.005, 0.015],
    ratio: { estimate: 1.5, ci95: [1.3, 1.8] },
    pValue: 0.0001,
    ...over,
  });

describe("the verdict on one metric", () => {
  test.each<[string, Partial<MeasuredMetric>, ComparedMetric["verdict"]]>([
    ["significant and up: better", { difference: 0.05, ci95: [0.01, 0.09], pValue: 0.01 }, "better"],
    ["significant and down: worse", { difference: -0.05, ci95: [-0.09, -0.01], pValue: 0.01 }, "worse"],
    ["not significant, within the margin: no difference", { ci95: [-0.02, 0.02], pValue: 0.8 }, "no-difference"],
    ["not significant, beyond the margin: inconclusive", { ci95: [-0.05, 0.02], pValue: 0.3 }, "inconclusive"],
    ["no interval: inconclusive", { ci95: null, pValue: null }, "inconclusive"],
    ["nothing against nothing: no difference", { relative: true, ci95: [0, 0] }, "no-difference"],
    ["an open interval: inconclusive", { ci95: [null, 0.01], pValue: 0.5 }, "inconclusive"],
  ])("%s", (_name, over, expected) => {
    expect(judgeMetrics([metric(over)])[0]?.verdict).toBe(expected);
  });

  test("a cost that fell is better, though the number is smaller", () => {
    const [found] = judgeMetrics([dearer({ difference: -0.01, ratio: { estimate: 0.5, ci95: [0.4, 0.6] } })]);
    expect(found?.verdict).toBe("better");
  });

  test("guardrails are judged together (Holm): one at p = 0.03 among three decides nothing", () => {
    const three = ["safety", "latencyMs.p95", "costUsd.perTask"].map((name, i) =>
      dearer({ name, pValue: [0.03, 0.5, 0.9][i] as number }),
    );
    const found = judgeMetrics([metric({}), ...three]);
    expect(found.map((m) => m.adjustedPValue)).toEqual([1, 0.09, 1, 1]);
    expect(found[1]?.verdict).toBe("inconclusive");
    expect(judgeMetrics([three[0] as MeasuredMetric])[0]?.verdict).toBe("worse");
    expect(found[1]?.remarks).toEqual([
      { code: "judged-together", family: "guardrail", metrics: 3, alone: 0.03, together: 0.09 },
    ]);
    expect(found[2]?.remarks).toEqual([]);
  });

  test("a metric that informs is significant alone and not among the others: its interval and its verdict are explained", () => {
    const family = (pValues: number[], over: Partial<MeasuredMetric> = {}) =>
      judgeMetrics(pValues.map((pValue, i) => dearer({ name: `tokens.${i}`, role: "other", pValue, ...over })));
    const said = (found: ReturnType<typeof judgeMetrics>) => found.map(({ verdict, remarks }) => [verdict, ...remarks]);
    expect(said(family([0.02, 0.9]))).toEqual([["worse"], ["inconclusive"]]);
    expect(said(family([0.02, 0.9, 0.95]))).toEqual([
      ["inconclusive", { code: "judged-together", family: "other", metrics: 3, alone: 0.02, together: 0.06 }],
      ["inconclusive"],
      ["inconclusive"],
    ]);
    const small = { ratio: { estimate: 1.05, ci95: [1.01, 1.1] as [number, number] } };
    expect(said(family([0.02, 0.9, 0.95], small))).toEqual(Array(3).fill(["no-difference"]));
  });
});

describe("the verdict on all of them", () => {
  const better = { difference: 0.05, ci95: [0.01, 0.09] as [number, number], pValue: 0.001 };
  const worse = { difference: -0.05, ci95: [-0.09, -0.01] as [number, number], pValue: 0.001 };
  const open = { ci95: [-0.09, 0.09] as [number, number], pValue: 0.9 };
  test.each<[string, MeasuredMetric[], string]>([
    ["better success", [metric(better)], "better"],
    ["worse success", [metric(worse)], "worse"],
    ["the same success", [metric({})], "no-difference"],
    ["undecided success", [metric(open)], "inconclusive"],
    ["no metric", [], "inconclusive"],
    ["better, but dearer than nobody forbade: better, and said so", [metric(better), dearer({})], "better"],
    ["better, but dearer than the gate allows", [metric(better), dearer({ bounded: true })], "worse"],
    ["the same, and dearer", [metric({}), dearer({})], "worse"],
    ["undecided, and dearer", [metric(open), dearer({})], "worse"],
    [
      "the same, dearer within the margin",
      [metric({}), dearer({ ratio: { estimate: 1.1, ci95: [1.05, 1.15] } })],
      "no-difference",
    ],
    [
      "the same, and cheaper",
      [metric({}), dearer({ difference: -0.01, ratio: { estimate: 0.5, ci95: [0.4, 0.6] } })],
      "better",
    ],
    [
      "better, and less safe",
      [metric(better), metric({ ...worse, name: "safety", role: "guardrail", margin: 0, bounded: true })],
      "worse",
    ],
    [
      "a scorer that informs decides nothing",
      [metric({}), metric({ ...worse, name: "scorers.x.passRate", role: "other" })],
      "no-difference",
    ],
  ])("%s", (_name, metrics, expected) => {
    expect(overallVerdict(judgeMetrics(metrics))).toBe(expected);
  });
});
