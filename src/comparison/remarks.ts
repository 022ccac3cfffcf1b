import type { ComparedMetric } from "./schema.ts";
import type { Tolerances } from "./tolerances.ts";
import { points, share } from "../core/words.ts";

/** Practical significance beside the statistical one: what a sure but small, or a costly, change is worth. */
export function withRemarks(metrics: readonly ComparedMetric[], tolerances: Tolerances): ComparedMetric[] {
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
  { role, verdict, difference, margin, relative, beyondMargin }: ComparedMetric,
  { minEffect }: Tolerances,
): string[] {
  if (role === "primary" && verdict === "better" && minEffect !== null && difference < minEffect)
    return [`better, but by less than the ${points(minEffect)} the suite asks for (minEffect)`];
  if (role !== "other" && verdict === "worse" && !beyondMargin && margin > 0)
    return [`worse, but within the margin of ${relative ? share(margin) : points(margin)}`];
  return [];
}

/** What an improvement is bought with: guardrails that got worse beyond their margin. */
function prices(metrics: readonly ComparedMetric[]): string[] {
  return metrics
    .filter((m) => m.role === "guardrail" && m.verdict === "worse" && m.beyondMargin && m.ratio !== null)
    .map(
      (m) => `bought with ${share((m.ratio?.estimate ?? 1) - 1)} more ${m.name}; up to ${share(m.margin)} is accepted`,
    );
}
