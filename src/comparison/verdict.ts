import type { MetricFound } from "./found.ts";
import type { ComparisonVerdict } from "./schema.ts";

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
  return primary.verdict;
}

/** A guardrail that got worse for sure, and by more than its margin. */
function isBreach(metric: MetricFound): boolean {
  return metric.role === "guardrail" && metric.verdict === "worse" && metric.beyondMargin;
}
