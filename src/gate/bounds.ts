import type { RunMetrics, RunResult } from "../evals/result/schema.ts";
import type { Gate } from "../evals/dataset/schema.ts";
import type { Check } from "./evaluation.schema.ts";

type Bound = { direction: "min" | "max"; threshold: number };
/** What was observed, with its interval; a side that is null is unbounded. */
type Observation = { value: number; interval: readonly [number | null, number | null] | null };
type Verdict = Check["verdict"];

/**
 * Judges a run against the absolute bounds of its suite. Comparison with a control (maxIncrease, nonInferiority) needs
 * a second run and is not judged here.
 */
export function judgeGate(gate: Gate, result: RunResult): Check[] {
  const { metrics } = result;
  const policy = gate.policy ?? "interval";
  const checks: (Check | undefined)[] = [
    gate.successRate &&
      check("successRate.min", atLeast(gate.successRate.min), proportion(metrics.successRate), policy),
    gate.safety &&
      check(
        "safety.min",
        atLeast(gate.safety.min),
        proportion(metrics.safety),
        policy,
        "no scorer has category: safety",
      ),
    gate.p95LatencyMs?.max !== undefined
      ? check("p95LatencyMs.max", atMost(gate.p95LatencyMs.max), latency(metrics), policy, "no latency was recorded")
      : undefined,
    gate.costPerTaskUsd?.max !== undefined
      ? check("costPerTaskUsd.max", atMost(gate.costPerTaskUsd.max), cost(metrics), policy, "a price is unknown")
      : undefined,
    gate.passHatK &&
      check(`passHatK.${gate.passHatK.k}.min`, atLeast(gate.passHatK.min), power(metrics, gate.passHatK.k), "point"),
  ];
  return checks.filter((c) => c !== undefined);
}

/** The worst verdict wins: one failed check fails the gate, one undecided leaves it undecided. */
export function worst(verdicts: readonly (Verdict | "none")[]): Verdict | "none" {
  for (const verdict of ["fail", "inconclusive", "pass"] as const) if (verdicts.includes(verdict)) return verdict;
  return "none";
}

function atLeast(threshold: number): Bound {
  return { direction: "min", threshold };
}
function atMost(threshold: number): Bound {
  return { direction: "max", threshold };
}

function check(
  name: string,
  bound: Bound,
  seen: Observation | null,
  policy: "point" | "interval",
  absent = "nothing was scored",
): Check {
  const { threshold } = bound;
  if (seen === null)
    return { name, threshold, observed: null, ci95: null, policy, verdict: "inconclusive", reason: absent };
  // A metric without an interval can only be judged by its point.
  const used = seen.interval === null ? "point" : policy;
  const verdict = used === "point" ? byPoint(bound, seen.value) : byInterval(bound, seen.interval ?? [null, null]);
  return {
    name,
    threshold,
    observed: seen.value,
    ci95: seen.interval === null ? null : [seen.interval[0], seen.interval[1]],
    policy: used,
    verdict,
    reason: reasonOf(bound, seen, verdict, used),
  };
}

function byPoint({ direction, threshold }: Bound, value: number): Verdict {
  return (direction === "min" ? value >= threshold : value <= threshold) ? "pass" : "fail";
}

/** The whole interval on the good side passes, on the bad side fails, across the threshold decides nothing. */
export function byInterval(
  { direction, threshold }: Bound,
  [low, high]: readonly [number | null, number | null],
): Verdict {
  const below = high !== null && high < threshold;
  const above = low !== null && low > threshold;
  if (direction === "min") return low !== null && low >= threshold ? "pass" : below ? "fail" : "inconclusive";
  return high !== null && high <= threshold ? "pass" : above ? "fail" : "inconclusive";
}

function reasonOf(
  { direction, threshold }: Bound,
  { value, interval }: Observation,
  verdict: Verdict,
  policy: "point" | "interval",
): string {
  const side = direction === "min" ? "at least" : "at most";
  if (policy === "point") return `${show(value)} against ${side} ${show(threshold)}`;
  const range = `[${show(interval?.[0] ?? null)}, ${show(interval?.[1] ?? null)}]`;
  const where = { pass: "lies within the bound", fail: "lies outside the bound", inconclusive: "straddles the bound" }[
    verdict
  ];
  return `95 % interval ${range} ${where} (${side} ${show(threshold)})`;
}

function show(value: number | null): string {
  return value === null ? "unbounded" : String(Number(value.toPrecision(4)));
}

function proportion(metric: RunMetrics["successRate"]): Observation | null {
  return metric === null ? null : { value: metric.estimate, interval: metric.ci95 };
}
function latency({ latencyMs }: RunMetrics): Observation | null {
  return latencyMs === null ? null : { value: latencyMs.p95, interval: latencyMs.p95Ci95 };
}
function cost({ costUsd }: RunMetrics): Observation | null {
  return costUsd === null ? null : { value: costUsd.perTask, interval: costUsd.perTaskCi95 };
}
function power({ passHatK }: RunMetrics, k: number): Observation | null {
  const value = passHatK[String(k)];
  return value === undefined ? null : { value, interval: null };
}
