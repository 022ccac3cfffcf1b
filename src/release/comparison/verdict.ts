import type { ComparedMetric, ComparisonVerdict } from "./schema.ts";

/**
 * One verdict: worse when success or a guardrail got worse (a guardrail only beyond its margin), better when success got
 * better, or did not change while a guardrail improved. What success does not decide stays undecided.
 */
export function overallVerdict(metrics: readonly ComparedMetric[]): ComparisonVerdict {
  const primary = metrics.find((m) => m.role === "primary");
  const guardrails = metrics.filter((m) => m.role === "guardrail");
  if (primary === undefined) return "inconclusive";
  if (primary.verdict === "worse" || guardrails.some(isBreach)) return "worse";
  if (primary.verdict === "no-difference" && guardrails.some((m) => m.verdict === "better")) return "better";
  return primary.verdict;
}

/** A guardrail that got worse for sure, and by more than its margin. */
export function isBreach(metric: ComparedMetric): boolean {
  return metric.role === "guardrail" && metric.verdict === "worse" && metric.beyondMargin;
}
