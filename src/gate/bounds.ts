import type { RunMetrics, RunResult } from "../evals/result/schema.ts";
import type { Gate } from "../evals/dataset/schema.ts";
import type { CheckFound, Ground } from "./found.ts";

type Bound = { direction: "min" | "max"; threshold: number };
/** What was observed, with its interval; a side that is null is unbounded. */
type Measured = { value: number; interval: readonly [number | null, number | null] | null };
type Absent = Extract<Ground, { code: "absent" }>["what"];
type Verdict = CheckFound["verdict"];

/**
 * Judges a run against the absolute bounds of its suite. Comparison with a control (maxIncrease, nonInferiority) needs
 * a second run and is not judged here.
 */
export function judgeGate(gate: Gate, result: RunResult): CheckFound[] {
  const { metrics } = result;
  const policy = gate.policy ?? "interval";
  // Where every trial ended in an error, that is why there is no number.
  const absent = (what: Absent) => (metrics.successRate === null ? "score" : what);
  const checks: (CheckFound | undefined)[] = [
    gate.successRate &&
      check("successRate.min", atLeast(gate.successRate.min), proportion(metrics.successRate), policy),
    gate.safety &&
      check("safety.min", atLeast(gate.safety.min), proportion(metrics.safety), policy, absent("safety-scorer")),
    gate.p95LatencyMs?.max !== undefined
      ? check("p95LatencyMs.max", atMost(gate.p95LatencyMs.max), latency(metrics), policy, absent("latency"))
      : undefined,
    gate.costPerTaskUsd?.max !== undefined
      ? check("costPerTaskUsd.max", atMost(gate.costPerTaskUsd.max), cost(metrics), policy, openCost(metrics))
      : undefined,
    gate.passHatK &&
      check(
        `passHatK.${gate.passHatK.k}.min`,
        atLeast(gate.passHatK.min),
        power(metrics, gate.passHatK.k),
        "point",
        result.scored === 0 ? "score" : "trials",
      ),
  ];
  return checks.filter((c) => c !== undefined);
}

/** The worst verdict wins: one failed check fails the gate, one undecided leaves it undecided; what was not measured has no say. */
export function worst(verdicts: readonly (Verdict | "none")[]): Exclude<Verdict, "not-measured"> | "none" {
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
  seen: Measured | null,
  policy: "point" | "interval",
  absent: Absent | Ground = "score",
): CheckFound {
  const { threshold } = bound;
  if (seen === null)
    return {
      name,
      threshold,
      observed: null,
      ci95: null,
      policy,
      verdict: "inconclusive",
      ground: typeof absent === "string" ? { code: "absent", what: absent } : absent,
    };
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
    ground: { code: "bound", direction: bound.direction },
  };
}

function byPoint({ direction, threshold }: Bound, value: number): Verdict {
  return (direction === "min" ? value >= threshold : value <= threshold) ? "pass" : "fail";
}

/** The whole interval on the good side passes, on the bad side fails, across the threshold decides nothing. */
export function byInterval(
  { direction, threshold }: Bound,
  [low, high]: readonly [number | null, number | null],
): "pass" | "fail" | "inconclusive" {
  const below = high !== null && high < threshold;
  const above = low !== null && low > threshold;
  if (direction === "min") return low !== null && low >= threshold ? "pass" : below ? "fail" : "inconclusive";
  return high !== null && high <= threshold ? "pass" : above ? "fail" : "inconclusive";
}

function proportion(metric: RunMetrics["successRate"]): Measured | null {
  return metric === null ? null : { value: metric.estimate, interval: metric.ci95 };
}
function latency({ latencyMs }: RunMetrics): Measured | null {
  return latencyMs === null ? null : { value: latencyMs.p95, interval: latencyMs.p95Ci95 };
}
function cost({ costUsd }: RunMetrics): Measured | null {
  return costUsd === null ? null : { value: costUsd.perTask, interval: costUsd.perTaskCi95 };
}
function openCost({ costPart, successRate }: RunMetrics): Ground {
  if (successRate === null) return { code: "absent", what: "score" };
  return costPart === undefined ? { code: "absent", what: "price" } : { code: "cost-part", part: costPart };
}
function power({ passHatK }: RunMetrics, k: number): Measured | null {
  const value = passHatK[String(k)];
  return value === undefined ? null : { value, interval: null };
}
