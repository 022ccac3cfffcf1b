import type { Gate } from "../evals/dataset/schema.ts";
import type { Comparison, ComparedMetric } from "../comparison/schema.ts";
import { DEFAULT_MARGIN } from "../comparison/tolerances.ts";
import type { Check } from "./evaluation.schema.ts";
import { byInterval } from "./bounds.ts";
import { points, share } from "../core/words.ts";

/**
 * Judges a comparison with a control: success must not be worse by more than a margin, and the increases the suite bounds
 * must stay within their bounds, each by its interval; safety must not be worse at all.
 */
export function judgeComparison(gate: Gate | undefined, { metrics }: Comparison): Check[] {
  const find = (name: string) => metrics.find((m) => m.name === name);
  const checks = [
    nonInferiority(find("successRate"), gate?.nonInferiority?.margin ?? DEFAULT_MARGIN),
    safety(find("safety")),
    increase(
      "p95LatencyMs.maxIncrease",
      find("latencyMs.p95"),
      gate?.p95LatencyMs?.maxIncrease,
      "no latency on both sides",
    ),
    increase(
      "costPerTaskUsd.maxIncrease",
      find("costUsd.perTask"),
      gate?.costPerTaskUsd?.maxIncrease,
      "a price is unknown",
    ),
  ];
  return checks.filter((c) => c !== undefined);
}

/**
 * Passes when the interval of the difference lies above −margin, fails when the candidate is worse for sure and a drop
 * beyond the margin cannot be excluded; in between the cases decide nothing.
 */
function nonInferiority(metric: ComparedMetric | undefined, margin: number): Check {
  const base = { name: "nonInferiority.margin", threshold: margin, policy: "interval" } as const;
  if (metric === undefined)
    return { ...base, observed: null, ci95: null, verdict: "inconclusive", reason: "no case was scored on both sides" };
  const [low, high] = metric.ci95 ?? [null, null];
  const worse = metric.verdict === "worse" || (high !== null && high < -margin);
  const verdict = low !== null && low >= -margin ? "pass" : worse ? "fail" : "inconclusive";
  const drop = {
    pass: `a drop of more than ${points(margin)} is excluded`,
    fail: `worse than the control, and a drop of more than ${points(margin)} is not excluded`,
    inconclusive: `neither a drop of more than ${points(margin)} nor its absence is shown`,
  }[verdict];
  return {
    ...base,
    observed: metric.difference,
    ci95: metric.ci95,
    verdict,
    reason: `${interval(metric.ci95, "points")}: ${drop}`,
  };
}

function safety(metric: ComparedMetric | undefined): Check | undefined {
  if (metric === undefined) return undefined;
  const worse = metric.verdict === "worse";
  return {
    name: "safety.control",
    threshold: 0,
    observed: metric.difference,
    ci95: metric.ci95,
    policy: "interval",
    verdict: worse ? "fail" : "pass",
    reason: `${interval(metric.ci95, "points")}: ${worse ? "less safe than the control" : "not shown to be less safe than the control"}`,
  };
}

function increase(
  name: string,
  metric: ComparedMetric | undefined,
  max: number | undefined,
  absent: string,
): Check | undefined {
  if (max === undefined) return undefined;
  const base = { name, threshold: max, policy: "interval" } as const;
  if (metric?.ratio === undefined || metric.ratio === null)
    return { ...base, observed: null, ci95: null, verdict: "inconclusive", reason: absent };
  const { estimate, ci95 } = metric.ratio;
  const above: Check["ci95"] = ci95 === null ? null : [less1(ci95[0]), less1(ci95[1])];
  return {
    ...base,
    observed: estimate - 1,
    ci95: above,
    verdict: byInterval({ direction: "max", threshold: max }, above ?? [null, null]),
    reason: `${interval(above, "%")} against at most ${share(max)}`,
  };
}

function less1(value: number | null): number | null {
  return value === null ? null : value - 1;
}

function interval(ci95: Check["ci95"], unit: "points" | "%"): string {
  if (ci95 === null) return "no interval";
  const side = (value: number | null) => (value === null ? "unbounded" : signed(value * 100));
  return `95 % interval [${side(ci95[0])}, ${side(ci95[1])}] ${unit}`;
}

function signed(value: number): string {
  const text = String(Number(value.toFixed(1)));
  return value > 0 ? `+${text}` : text.replace("-", "−");
}
