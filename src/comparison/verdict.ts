import type { MetricFound, Remark } from "./found.ts";
import type { ComparisonVerdict } from "./schema.ts";
import type { Tolerances } from "./tolerances.ts";

/**
 * One verdict: worse when success got worse, or a guardrail beyond its margin; better when success got better, or did not
 * change while a guardrail improved. A guardrail nobody set a bound for does not undo an improvement: what it costs is said,
 * and whether it is worth it is a person's decision. What success does not decide stays undecided.
 */
export function overallVerdict(metrics: readonly MetricFound[]): ComparisonVerdict {
  const primary = metrics.find((m) => m.role === "primary");
  const guardrails = metrics.filter((m) => m.role === "guardrail");
  if (primary === undefined) return "inconclusive";
  const breaches = guardrails.filter((m) => isBreach(m) && (m.bounded || primary.verdict !== "better"));
  if (primary.verdict === "worse" || breaches.length > 0) return "worse";
  if (primary.verdict === "no-difference" && guardrails.some((m) => m.verdict === "better")) return "better";
  return primary.verdict === "not-measured" ? "inconclusive" : primary.verdict;
}

/** A guardrail that got worse for sure, and by more than its margin; the gate fails by the same. */
export function isBreach(metric: MetricFound): boolean {
  return metric.role === "guardrail" && metric.verdict === "worse" && metric.beyondMargin;
}

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
