import { benjaminiHochberg, holm } from "../../stats/samples/multiple.ts";
import type { MeasuredMetric } from "./measured.ts";
import type { MetricFound, Remark } from "../found.ts";
import type { MetricVerdict } from "../schema.ts";
import { type Tolerances, worth } from "../tolerances.ts";
import { ALPHA } from "./tested.ts";

/**
 * Verdicts on metrics. The primary metric is judged by its own p-value, the guardrails together by Holm (one false alarm in
 * twenty comparisons, whichever of them rings), the rest by Benjamini–Hochberg.
 */
export function judgeMetrics(
  metrics: readonly MeasuredMetric[],
  costBenefit: Tolerances["costBenefit"] = null,
): MetricFound[] {
  const adjusted = new Map<MeasuredMetric, Adjusted>();
  const adjust = (role: MetricFound["role"], by: (p: readonly number[]) => number[]) => {
    const family = metrics.filter((m) => m.role === role && m.pValue !== null);
    const values = by(family.map((m) => m.pValue as number));
    for (const [i, metric] of family.entries()) adjusted.set(metric, { p: values[i] as number, of: family.length });
  };
  adjust("primary", (p) => [...p]);
  adjust("guardrail", holm);
  adjust("other", benjaminiHochberg);
  const pOf = (metric: MeasuredMetric) => adjusted.get(metric) ?? null;
  const primary = metrics.filter((m) => m.role === "primary").map((metric) => judge(metric, pOf(metric)))[0];
  return metrics.map((metric) => judge(granted(metric, primary, costBenefit), pOf(metric)));
}

/** A suite that says what an improvement may cost has decided, and nothing makes up for more than that. */
function granted(
  metric: MeasuredMetric,
  primary: MetricFound | undefined,
  costBenefit: Tolerances["costBenefit"],
): MeasuredMetric {
  if (costBenefit === null || metric.name !== "costUsd.perTask" || primary?.verdict !== "better") return metric;
  const margin = Math.max(metric.margin, worth(costBenefit, primary.difference));
  const remark = { code: "benefit", improvement: primary.difference, margin } as const;
  return { ...metric, margin, bounded: true, remarks: [...metric.remarks, remark] };
}

/** A metric's p among those it is judged with, and how many they are. */
interface Adjusted {
  p: number;
  of: number;
}

function judge({ notMeasured, ...metric }: MeasuredMetric, adjusted: Adjusted | null): MetricFound {
  const adjustedPValue = adjusted?.p ?? null;
  if (notMeasured === true) return { ...metric, adjustedPValue: null, verdict: "not-measured", beyondMargin: false };
  const gain = metric.higherIsBetter ? metric.difference : -metric.difference;
  const verdict: MetricVerdict =
    adjustedPValue !== null && adjustedPValue < ALPHA && gain !== 0
      ? gain > 0
        ? "better"
        : "worse"
      : withinMargin(metric)
        ? "no-difference"
        : "inconclusive";
  const remarks =
    verdict === "inconclusive" ? [...metric.remarks, ...togetherRemark(metric, adjusted)] : metric.remarks;
  return { ...metric, adjustedPValue, verdict, beyondMargin: beyondMargin(metric), remarks };
}

/** Alone the metric would be decided, and its interval, which is its own, says so: the verdict is by what it is among the others. */
function togetherRemark({ role, pValue: alone }: MeasuredMetric, adjusted: Adjusted | null): Remark[] {
  if (alone === null || adjusted === null || role === "primary" || alone >= ALPHA || adjusted.p < ALPHA) return [];
  return [{ code: "judged-together", family: role, metrics: adjusted.of, alone, together: adjusted.p }];
}

/** The whole interval lies within the margin on both sides: whatever the difference is, it does not matter. */
function withinMargin({ relative, ratio, ci95, margin }: MeasuredMetric): boolean {
  // Nothing against nothing has no ratio, and no difference.
  const nothing = ci95 !== null && ci95[0] === 0 && ci95[1] === 0;
  const [low, high] = (relative ? ratio?.ci95 : ci95) ?? [null, null];
  if (low === null || high === null) return nothing;
  return relative ? low >= 1 / (1 + margin) && high <= 1 + margin : low >= -margin && high <= margin;
}

/** A share that guards (safety) has no drop that is tolerated. */
function beyondMargin({ relative, ratio, difference, margin, higherIsBetter, role }: MeasuredMetric): boolean {
  if (role === "guardrail" && !relative) return difference < 0;
  if (relative) return ratio === null ? difference > 0 : ratio.estimate > 1 + margin;
  return (higherIsBetter ? -difference : difference) > margin;
}
