import type { ComparedMetric } from "./schema.ts";
import type { Tolerances } from "./tolerances.ts";
import { points, share } from "./words.ts";

/** Practical significance beside the statistical one: what a sure but small, or a costly, change is worth. */
export function withRemarks(metrics: readonly ComparedMetric[], tolerances: Tolerances): ComparedMetric[] {
  const cost = metrics.find((m) => m.name === "costUsd.perTask");
  return metrics.map((metric) => {
    const remarks = [...metric.remarks, ...remarksOn(metric, tolerances)];
    if (
      metric.role === "primary" &&
      metric.verdict === "better" &&
      cost?.beyondMargin === true &&
      cost.ratio !== null
    ) {
      remarks.push(
        `bought with ${share(cost.ratio.estimate - 1)} more cost a task; at most ${share(tolerances.cost)} is accepted`,
      );
    }
    return { ...metric, remarks };
  });
}

function remarksOn(metric: ComparedMetric, { minEffect }: Tolerances): string[] {
  const { role, verdict, difference, margin, relative, beyondMargin } = metric;
  if (role === "primary" && verdict === "better" && minEffect !== null && difference < minEffect)
    return [`better, but by less than the ${points(minEffect)} the suite asks for (minEffect)`];
  if (role !== "other" && verdict === "worse" && !beyondMargin && margin > 0)
    return [`worse, but within the margin of ${relative ? share(margin) : points(margin)}`];
  return [];
}
