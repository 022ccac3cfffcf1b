import type { Gate } from "../evals/dataset/schema.ts";
import type { ComparisonFound, MetricFound } from "../comparison/found.ts";
import { DEFAULT_MARGIN } from "../comparison/tolerances.ts";
import type { CheckFound } from "./found.ts";
import { byInterval } from "./bounds.ts";

/**
 * Judges a comparison with a control: success must not be worse by more than a margin, and the increases the suite bounds
 * must stay within their bounds, each by its interval; safety must not be worse at all.
 */
export function judgeComparison(gate: Gate | undefined, { metrics }: ComparisonFound): CheckFound[] {
  const find = (name: string) => metrics.find((m) => m.name === name);
  const checks = [
    nonInferiority(find("successRate"), gate?.nonInferiority?.margin ?? DEFAULT_MARGIN),
    safety(find("safety")),
    increase("p95LatencyMs.maxIncrease", find("latencyMs.p95"), gate?.p95LatencyMs?.maxIncrease, "shared-latency"),
    increase("costPerTaskUsd.maxIncrease", find("costUsd.perTask"), gate?.costPerTaskUsd?.maxIncrease, "price"),
  ];
  return checks.filter((c) => c !== undefined);
}

/**
 * Passes when the interval of the difference lies above −margin, fails when the candidate is worse for sure and a drop
 * beyond the margin cannot be excluded; in between the cases decide nothing.
 */
function nonInferiority(metric: MetricFound | undefined, margin: number): CheckFound {
  const base = { name: "nonInferiority.margin", threshold: margin, policy: "interval" } as const;
  if (metric === undefined) return { ...base, ...undecided("shared-case") };
  const { difference: observed, ci95 } = metric;
  const [low, high] = ci95 ?? [null, null];
  const worse = metric.verdict === "worse" || (high !== null && high < -margin);
  const verdict = low !== null && low >= -margin ? "pass" : worse ? "fail" : "inconclusive";
  return { ...base, observed, ci95, verdict, ground: { code: "margin" } };
}

function safety(metric: MetricFound | undefined): CheckFound | undefined {
  if (metric === undefined) return undefined;
  const { difference: observed, ci95 } = metric;
  const verdict = metric.verdict === "worse" ? "fail" : "pass";
  return {
    name: "safety.control",
    threshold: 0,
    observed,
    ci95,
    policy: "interval",
    verdict,
    ground: { code: "safety" },
  };
}

function increase(
  name: string,
  metric: MetricFound | undefined,
  max: number | undefined,
  absent: "shared-latency" | "price",
): CheckFound | undefined {
  if (max === undefined) return undefined;
  const base = { name, threshold: max, policy: "interval" } as const;
  if (metric?.ratio === undefined || metric.ratio === null) return { ...base, ...undecided(absent) };
  const { estimate, ci95 } = metric.ratio;
  const above: CheckFound["ci95"] = ci95 === null ? null : [less1(ci95[0]), less1(ci95[1])];
  const verdict = byInterval({ direction: "max", threshold: max }, above ?? [null, null]);
  return { ...base, observed: estimate - 1, ci95: above, verdict, ground: { code: "increase" } };
}

function undecided(what: "shared-case" | "shared-latency" | "price") {
  return { observed: null, ci95: null, verdict: "inconclusive", ground: { code: "absent", what } } as const;
}

function less1(value: number | null): number | null {
  return value === null ? null : value - 1;
}
