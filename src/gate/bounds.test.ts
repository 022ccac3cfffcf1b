import { describe, expect, test } from "vitest";
import type { RunResult } from "../evals/result/schema.ts";
import type { Gate } from "../evals/dataset/schema.ts";
import { judgeGate, worst } from "./bounds.ts";

type Metrics = RunResult["metrics"];

const rate = (estimate: number, low: number, high: number): Metrics["successRate"] => ({ estimate, ci95: [low, high] });
const latency = (p95: number, low: number | null, high: number | null): Metrics["latencyMs"] => ({
  p50: 1,
  p95,
  p99: p95,
  p95Ci95: [low, high],
  recorded: 100,
  simulated: false,
});
const cost = (perTask: number, ci: [number, number] | null): Metrics["costUsd"] => ({
  total: perTask * 10,
  perTask,
  perTaskCi95: ci,
  perSuccess: null,
  retries: 0,
});

const resultWith = (metrics: Partial<Metrics>) =>
  ({
    metrics: { successRate: null, safety: null, latencyMs: null, costUsd: null, passHatK: {}, ...metrics },
  }) as unknown as RunResult;

describe("a gate judges", () => {
  test.each<[string, Gate, Partial<Metrics>, string]>([
    [
      "a rate whose whole interval is above the bound: pass",
      { successRate: { min: 0.9 } },
      { successRate: rate(0.95, 0.91, 0.98) },
      "pass",
    ],
    [
      "a rate whose interval begins at the bound: pass",
      { successRate: { min: 0.9 } },
      { successRate: rate(0.95, 0.9, 0.98) },
      "pass",
    ],
    [
      "a rate whose whole interval is below: fail",
      { successRate: { min: 0.9 } },
      { successRate: rate(0.7, 0.6, 0.8) },
      "fail",
    ],
    [
      "a rate whose interval straddles, though its point is above: inconclusive",
      { successRate: { min: 0.9 } },
      { successRate: rate(0.93, 0.85, 0.97) },
      "inconclusive",
    ],
    [
      "the same by its point: pass",
      { successRate: { min: 0.9 }, policy: "point" },
      { successRate: rate(0.93, 0.85, 0.97) },
      "pass",
    ],
    [
      "a point below: fail",
      { successRate: { min: 0.9 }, policy: "point" },
      { successRate: rate(0.89, 0.85, 0.97) },
      "fail",
    ],
    ["nothing scored: inconclusive, never success", { successRate: { min: 0.9 } }, {}, "inconclusive"],
    ["safety that nothing measured: inconclusive", { safety: { min: 0.98 }, policy: "point" }, {}, "inconclusive"],
    ["safety", { safety: { min: 0.5 } }, { safety: rate(0.95, 0.91, 0.98) }, "pass"],
    ["p95 below its maximum: pass", { p95LatencyMs: { max: 100 } }, { latencyMs: latency(80, 70, 100) }, "pass"],
    [
      "p95 with no upper end (too few values): inconclusive",
      { p95LatencyMs: { max: 100 } },
      { latencyMs: latency(80, 70, null) },
      "inconclusive",
    ],
    [
      "p95 above with its whole interval: fail",
      { p95LatencyMs: { max: 100 } },
      { latencyMs: latency(150, 110, null) },
      "fail",
    ],
    ["no latency: inconclusive", { p95LatencyMs: { max: 100 } }, {}, "inconclusive"],
    ["an unknown price: inconclusive, not free", { costPerTaskUsd: { max: 1 } }, {}, "inconclusive"],
    ["cost", { costPerTaskUsd: { max: 1 } }, { costUsd: cost(0.5, [0.4, 0.6]) }, "pass"],
    [
      "cost of one case has no interval and is judged by its point",
      { costPerTaskUsd: { max: 0.4 } },
      { costUsd: cost(0.5, null) },
      "fail",
    ],
    ["pass^k", { passHatK: { k: 3, min: 0.8 } }, { passHatK: { "1": 0.9, "3": 0.7 } }, "fail"],
    [
      "pass^k of more trials than there are",
      { passHatK: { k: 5, min: 0.1 } },
      { passHatK: { "1": 0.9 } },
      "inconclusive",
    ],
  ])("%s", (_name, gate, metrics, verdict) => {
    expect(judgeGate(gate, resultWith(metrics)).map((c) => c.verdict)).toEqual([verdict]);
  });

  test.each<[Partial<Metrics>, string[]]>([
    [{}, ["score", "score"]],
    [{ successRate: rate(0.9, 0.8, 1) }, ["safety-scorer", "latency"]],
  ])("what is missing is told apart from nothing scored: %j", (metrics, missing) => {
    const checks = judgeGate({ safety: { min: 0.9 }, p95LatencyMs: { max: 9 } }, resultWith(metrics));
    expect(checks.map(({ ground }) => ground)).toEqual(missing.map((what) => ({ code: "absent", what })));
  });

  test("comparison with a control is not judged without one", () => {
    expect(judgeGate({ nonInferiority: { margin: 0.03 }, p95LatencyMs: { maxIncrease: 0.2 } }, resultWith({}))).toEqual(
      [],
    );
  });
});

describe("the worst verdict wins", () => {
  test.each<[("pass" | "fail" | "inconclusive" | "none")[], string]>([
    [["pass", "fail", "inconclusive"], "fail"],
    [["pass", "inconclusive", "none"], "inconclusive"],
    [["none", "pass"], "pass"],
    [["none"], "none"],
    [[], "none"],
  ])("%j: %s", (verdicts, expected) => expect(worst(verdicts)).toBe(expected));
});
