import type { MetricFound, Remark } from "./found.ts";
import type { Tolerances } from "./tolerances.ts";

/** Practical significance beside the statistical one: what a sure but small, or a costly, change is worth. */
export function withRemarks(metrics: readonly MetricFound[], tolerances: Tolerances): MetricFound[] {
  return metrics.map((metric) => ({
    ...metric,
    remarks: [
      ...metric.remarks,
      ...remarksOn(metric, tolerances),
      ...(metric.role === "primary" && metric.verdict === "better" ? prices(metrics) : []),
    ],
  }));
}

function remarksOn(
  { role, verdict, difference, margin, relative, beyondMargin }: MetricFound,
  { minEffect }: Tolerances,
): Remark[] {
  if (role === "primary" && verdict === "better" && minEffect !== null && difference < minEffect)
    return [{ code: "small-effect", minEffect }];
  if (role !== "other" && verdict === "worse" && !beyondMargin && margin > 0)
    return [{ code: "within-margin", margin, relative }];
  return [];
}

/** What an improvement is bought with: guardrails that got worse beyond their margin. */
function prices(metrics: readonly MetricFound[]): Remark[] {
  return metrics
    .filter((m) => m.role === "guardrail" && m.verdict === "worse" && m.beyondMargin && m.ratio !== null)
    .map(({ name, ratio, margin }) => ({
      code: "price",
      metric: name,
      increase: (ratio?.estimate ?? 1) - 1,
      margin,
    }));
}
