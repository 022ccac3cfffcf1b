import type { ComparisonFound, MetricFound } from "../comparison/found.ts";
import { tolerancesOf, type Yardstick } from "../comparison/tolerances.ts";
import { isBreach } from "../comparison/verdict.ts";
import type { Accepted } from "./evaluation.schema.ts";
import type { CheckFound } from "./found.ts";
import { byInterval } from "./bounds.ts";

/**
 * Judges a comparison with a control by the facts a diff is made of: success must not be worse by more than a margin, p95 latency and
 * cost must stay within their bounds (20 % where the suite names none), each by its interval; safety must not be worse at all.
 */
export function judgeComparison(suite: Yardstick, { metrics }: ComparisonFound, accepted?: Accepted): CheckFound[] {
  const find = (name: string) => metrics.find((m) => m.name === name);
  const { successRate, latency, cost, free, bounded } = tolerancesOf(suite);
  const primary = find("successRate");
  const checks = [
    nonInferiority(primary, successRate),
    safety(find("safety")),
    free.latency
      ? undefined
      : increase(find("latencyMs.p95"), {
          ...{ name: "p95LatencyMs.maxIncrease", max: latency, bounded: bounded.latency, absent: "shared-latency" },
          ...{ primary, accepted },
        }),
    free.cost
      ? undefined
      : increase(find("costUsd.perTask"), {
          ...{ name: "costPerTaskUsd.maxIncrease", max: cost, bounded: bounded.cost, absent: "shared-cost" },
          ...{ primary, accepted },
        }),
  ];
  return checks.filter((c) => c !== undefined);
}

/**
 * Passes when the interval of the difference lies above −margin, fails when the candidate is worse for sure and a drop
 * beyond the margin cannot be excluded; in between the cases decide nothing.
 */
function nonInferiority(metric: MetricFound | undefined, margin: number): CheckFound {
  const base = { name: "nonInferiority.margin", threshold: margin, policy: "interval" } as const;
  if (metric === undefined) return { ...base, ...NOTHING, verdict: "inconclusive", ground: absent("shared-case") };
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

interface IncreaseBound {
  name: string;
  max: number;
  /** By the suite: nothing makes up for a breach, and what nobody measured leaves it undecided. */
  bounded: boolean;
  absent: "shared-latency" | "shared-cost";
  primary: MetricFound | undefined;
  accepted: Accepted | undefined;
}

/**
 * Passes with the whole interval within the bound, fails when a diff calls it worse. What a default bounds and a shown improvement is
 * bought with is a trade: a person decides. Where nothing fresh can be compared it is not measured.
 */
function increase(metric: MetricFound | undefined, bound: IncreaseBound): CheckFound {
  const { name, max, bounded, primary, accepted } = bound;
  const base = { name, threshold: max, policy: "interval" } as const;
  if (metric === undefined) {
    const verdict = bounded ? "inconclusive" : "not-measured";
    return { ...base, ...NOTHING, verdict, ground: absent(bound.absent) };
  }
  if (metric.verdict === "not-measured")
    return { ...base, ...NOTHING, verdict: "not-measured", ground: notFresh(metric) };
  const seen = { ...base, ...aboveControl(metric), threshold: metric.margin };
  if (metric.remarks.some(({ code }) => code === "partly-measured"))
    return { ...seen, verdict: "inconclusive", ground: absent("part") };
  const verdict = isBreach(metric) ? "fail" : withinBound(metric, seen);
  const leftOut = staleIn(metric);
  const improved = primary?.verdict === "better";
  if (verdict !== "fail" || metric.bounded || !improved)
    return {
      ...seen,
      verdict,
      ground: { code: "increase", bound: metric.bounded ? "suite" : "default", improved, leftOut },
    };
  const trade = { successRate: primary.difference, ci95: primary.ci95 };
  if (accepted !== undefined) return { ...seen, verdict: "pass", ground: { code: "trade", leftOut }, trade, accepted };
  return { ...seen, verdict: "inconclusive", ground: { code: "trade", leftOut }, trade };
}

function staleIn({ remarks }: MetricFound): number {
  const pairs = remarks.find((r) => r.code === "fresh-pairs");
  return pairs === undefined ? 0 : pairs.all - pairs.fresh;
}

function notFresh({ remarks }: MetricFound): CheckFound["ground"] {
  return { code: "not-fresh", simulated: remarks.some((r) => r.code === "not-fresh" && r.simulated) };
}

/** The increase as a share of the control's; nothing where the control had none, so that there is no share. */
function aboveControl({ ratio, control, difference }: MetricFound): Pick<CheckFound, "observed" | "ci95"> {
  if (ratio === null) return control > 0 ? { observed: difference / control, ci95: null } : NOTHING;
  const ci95: CheckFound["ci95"] = ratio.ci95 === null ? null : [less1(ratio.ci95[0]), less1(ratio.ci95[1])];
  return { observed: ratio.estimate - 1, ci95 };
}

function withinBound(
  { ratio, verdict }: MetricFound,
  { threshold, ci95 }: Pick<CheckFound, "threshold" | "ci95">,
): CheckFound["verdict"] {
  if (ratio === null) return verdict === "better" || verdict === "no-difference" ? "pass" : "inconclusive";
  return byInterval({ direction: "max", threshold }, ci95 ?? [null, null]);
}

const NOTHING = { observed: null, ci95: null } as const;

function absent(what: "shared-case" | "shared-latency" | "shared-cost" | "part") {
  return { code: "absent", what } as const;
}

function less1(value: number | null): number | null {
  return value === null ? null : value - 1;
}
