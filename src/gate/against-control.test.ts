import { describe, expect, test } from "vitest";
import type { ComparisonFound, MetricFound } from "../comparison/found.ts";
import { judgeMetrics } from "../comparison/metrics/judged.ts";
import type { MeasuredMetric } from "../comparison/metrics/measured.ts";
import { tolerancesOf, type Yardstick } from "../comparison/tolerances.ts";
import { overallVerdict } from "../comparison/verdict.ts";
import { judgeComparison } from "./against-control.ts";

const success = (difference: number, [low, high]: [number, number], pValue: number): MeasuredMetric => ({
  ...{ name: "successRate", role: "primary", unit: "proportion", higherIsBetter: true, relative: false, margin: 0.03 },
  ...{ bounded: false, control: 0.9, candidate: 0.9 + difference, difference, ci95: [low, high], ratio: null, pValue },
  ...{ test: "mcnemar-midp", remarks: [] },
});
const SAME = success(0, [-0.01, 0.01], 1);
const BETTER = success(0.02, [0.005, 0.035], 0.01);

type Ratio = [estimate: number, low: number | null, high: number | null, pValue: number];
type Amount = "latencyMs.p95" | "costUsd.perTask";

/** An amount as a comparison by this suite would have tested it. */
function amount(name: Amount, suite: Yardstick, [estimate, low, high, pValue]: Ratio): MeasuredMetric {
  const { latency, cost, bounded, free } = tolerancesOf(suite);
  const isLatency = name === "latencyMs.p95";
  return {
    ...{ name, role: free[isLatency ? "latency" : "cost"] ? "other" : "guardrail", unit: isLatency ? "ms" : "usd" },
    ...{ higherIsBetter: false, relative: true, margin: isLatency ? latency : cost },
    ...{ bounded: bounded[isLatency ? "latency" : "cost"], control: 100, candidate: 100 * estimate },
    ...{ difference: 100 * (estimate - 1), ci95: null, ratio: { estimate, ci95: [low, high] }, pValue },
    ...{ test: "clustered-t", remarks: [] },
  };
}

function judged(suite: Yardstick, primary: MeasuredMetric, name: Amount, ratio: Ratio) {
  const metrics = judgeMetrics([primary, amount(name, suite, ratio)], tolerancesOf(suite).costBenefit);
  return { metrics, diff: overallVerdict(metrics), check: checkIn(suite, metrics, name) };
}

function checkIn(suite: Yardstick, metrics: MetricFound[], name: Amount) {
  const check = name === "latencyMs.p95" ? "p95LatencyMs.maxIncrease" : "costPerTaskUsd.maxIncrease";
  return judgeComparison(suite, { metrics } as ComparisonFound).find((c) => c.name === check);
}

const HALF_MORE: Ratio = [1.5, 1.4, 1.6, 1e-9];
const HARD: Yardstick = { gate: { p95LatencyMs: { maxIncrease: 0.2 }, costPerTaskUsd: { maxIncrease: 0.2 } } };
const WORTH = (perPoint: number, maxCostIncrease = 0.8): Yardstick => ({ costBenefit: { maxCostIncrease, perPoint } });
const SHARES = { gate: { p95LatencyMs: { maxIncrease: 0.6 }, costPerTaskUsd: { maxIncrease: 0.6 } } };

describe.each<Amount>(["latencyMs.p95", "costUsd.perTask"])("%s against the control", (name) => {
  test.each<[string, Yardstick, MeasuredMetric, Ratio, string, string]>([
    ["half as much again, equal success: fails, though no suite bounds it", {}, SAME, HALF_MORE, "fail", "worse"],
    ["twice as much, equal success: fails", {}, SAME, [2, 1.9, 2.1, 1e-9], "fail", "worse"],
    ["beyond by its estimate, more for sure: fails as a diff does", {}, SAME, [1.3, 1.05, 1.6, 0.01], "fail", "worse"],
    ["within 20 %: passes", {}, SAME, [1.1, 1.05, 1.18, 0.01], "pass", "no-difference"],
    ["too few to tell: undecided", {}, SAME, [1.1, 0.8, 1.5, 0.5], "inconclusive", "no-difference"],
    ["so few that no end is known: undecided", {}, SAME, [1.1, null, null, 0.5], "inconclusive", "no-difference"],
    ["a suite that allows more: passes", SHARES, SAME, [1.5, 1.4, 1.58, 1e-9], "pass", "no-difference"],
    ["a shown improvement for half more: a trade", {}, BETTER, HALF_MORE, "inconclusive", "better"],
    ["an improvement that is not shown: fails", {}, success(0.02, [-0.01, 0.05], 0.2), HALF_MORE, "fail", "worse"],
    ["what the suite bounds is no trade: fails", HARD, BETTER, HALF_MORE, "fail", "worse"],
  ])("%s", (_name, suite, primary, ratio, verdict, diff) => {
    const found = judged(suite, primary, name, ratio);
    expect([found.check?.verdict, found.diff]).toEqual([verdict, diff]);
    expect(found.check?.trade !== undefined).toBe(verdict === "inconclusive" && diff === "better");
  });

  test("nothing fresh: not measured, neither passes nor fails, whatever the suite bounds", () => {
    const metric: MeasuredMetric = { ...amount(name, HARD, HALF_MORE), pValue: null, notMeasured: true };
    const metrics = judgeMetrics([SAME, metric]);
    expect(checkIn(HARD, metrics, name)).toMatchObject({ verdict: "not-measured", observed: null });
    expect(overallVerdict(metrics)).toBe("no-difference");
  });

  test("nothing at all: undecided where the suite bounds it, else not measured", () => {
    const metrics = judgeMetrics([SAME]);
    expect(checkIn(HARD, metrics, name)?.verdict).toBe("inconclusive");
    expect(checkIn({}, metrics, name)?.verdict).toBe("not-measured");
  });

  test("a suite that says it does not matter has no such check, and a diff calls nothing worse for it", () => {
    const free: Yardstick = { gate: { p95LatencyMs: { maxIncrease: false }, costPerTaskUsd: { maxIncrease: false } } };
    const { check, diff } = judged(free, SAME, name, HALF_MORE);
    expect([check, diff]).toEqual([undefined, "no-difference"]);
  });

  test("of a part of the cases only: undecided, and it says that", () => {
    const remarks: MeasuredMetric["remarks"] = [{ code: "partly-measured", of: "cases", measured: 5, all: 40 }];
    const part = { ...amount(name, {}, HALF_MORE), pValue: null, ratio: { estimate: 1.5, ci95: null }, remarks };
    expect(checkIn({}, judgeMetrics([SAME, part]), name)).toMatchObject({
      verdict: "inconclusive",
      ground: { code: "absent", what: "part" },
    });
  });

  test("of one cluster, whose spread nobody knows: undecided, with its estimate", () => {
    const one = { ...amount(name, {}, HALF_MORE), pValue: null, ratio: null, ci95: null };
    expect(checkIn({}, judgeMetrics([SAME, one]), name)).toMatchObject({ verdict: "inconclusive", observed: 0.5 });
  });

  test("nothing before and something now: fails, for there is no share to bound", () => {
    const metric: MeasuredMetric = { ...amount(name, {}, HALF_MORE), control: 0, ratio: null, ci95: [1, 2] };
    expect(checkIn({}, judgeMetrics([SAME, metric]), name)).toMatchObject({ verdict: "fail", observed: null });
  });
});

describe("costBenefit decides instead of a person", () => {
  test.each<[string, Yardstick, MeasuredMetric, string, string, number]>([
    ["2 points for 50 %, a point may cost 40 %: passes", WORTH(0.4), BETTER, "pass", "better", 0.8],
    ["a point may cost 10 %: fails, and a diff says worse", WORTH(0.1), BETTER, "fail", "worse", 0.2],
    ["at most 30 % in all: fails", WORTH(0.4, 0.3), BETTER, "fail", "worse", 0.3],
    ["without a shown improvement it grants nothing", WORTH(0.4), SAME, "fail", "worse", 0.2],
    ["it goes before the suite's own bound", { ...HARD, ...WORTH(0.4) }, BETTER, "pass", "better", 0.8],
  ])("%s", (_name, suite, primary, verdict, diff, threshold) => {
    const found = judged(suite, primary, "costUsd.perTask", HALF_MORE);
    expect([found.check?.verdict, found.diff]).toEqual([verdict, diff]);
    expect(found.check?.threshold).toBeCloseTo(threshold, 12);
    expect(found.check?.trade).toBeUndefined();
  });

  test("on what a task costs; longer answers stay a person's decision", () => {
    const found = judged(WORTH(0.4), BETTER, "latencyMs.p95", HALF_MORE);
    expect(found.check).toMatchObject({ verdict: "inconclusive", trade: { successRate: 0.02 } });
  });
});

test("maxCostIncrease is the bound of the gate too, unless its gate has one of its own", () => {
  expect(judged({ maxCostIncrease: 0.7 }, SAME, "costUsd.perTask", HALF_MORE).check?.verdict).toBe("pass");
  expect(judged({ ...HARD, maxCostIncrease: 0.7 }, SAME, "costUsd.perTask", HALF_MORE).check?.verdict).toBe("fail");
});

test("an accepted trade passes and says by whom", () => {
  const { metrics } = judged({}, BETTER, "costUsd.perTask", HALF_MORE);
  const accepted = { by: "ada", reason: "worth it", at: "2026-11-29T10:00:00.000Z" };
  const [, check] = judgeComparison({}, { metrics } as ComparisonFound, accepted).filter((c) => c.trade !== undefined || c.name === "nonInferiority.margin"); // prettier-ignore
  expect(check).toMatchObject({ verdict: "pass", accepted, trade: { successRate: 0.02, ci95: [0.005, 0.035] } });
});
