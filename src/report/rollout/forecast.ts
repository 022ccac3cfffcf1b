import { points } from "../../core/words.ts";
import { type Forecast, forecastOf } from "../../rollout/forecast.ts";
import type { RolloutPlan } from "../../rollout/schema.ts";
import { many } from "../numbers.ts";
import { roughSpan } from "../spans.ts";
import { deadlineWay } from "../stats/document.ts";

const HOUR = 3_600_000;

type Scenario = Pick<Forecast["harmful"], "expected" | "p90">;

/** What a rollout may take and cost, by who came before it, and what would help where its deadline is sooner; nothing where nobody knows. */
export function forecastTexts(plan: RolloutPlan): string[] {
  const forecast = forecastOf(plan);
  if (forecast === null) return [];
  const { mde, harmful, harmless, perHour, harmed } = forecast;
  const when = ({ expected, p90 }: Scenario) =>
    `after about ${span(expected.hours)} (nine of ten within ${span(p90.hours)})`;
  return [
    `as ${rateText(perHour)} an hour came before: ${points(mde)} worse is taken back ${when(harmful)}, with about ${many(Math.max(1, Math.round(harmed)), "failure")} more; as good as the control is promoted ${when(harmless)}`,
    ...lateTexts(forecast),
  ];
}

function lateTexts({ deadlineHours, byDeadline: { drop, margin }, harmful, harmless, steps }: Forecast): string[] {
  const isLate = ({ p90 }: Scenario) => p90.hours > deadlineHours;
  if (!isLate(harmful) && !isLate(harmless)) return [];
  const split = steps.filter(({ weight }) => weight < 1);
  const shown = [
    drop === null ? "no drop" : `a drop of ${points(drop)}`,
    ...(margin === null ? [] : [`"not worse by ${points(margin)}"`]),
  ].join(" and ");
  const ways = [
    ...(split.length > 1 ? ["larger first --steps"] : []),
    ...(margin === null ? [] : [`guardrails: { success: { margin: ${margin} } }`]),
    ...deadlineWay(Math.max(harmful.p90.hours, harmless.p90.hours)),
    "more of the proof on the suite beforehand",
  ];
  return [
    `it is likely to pause as inconclusive at the deadline, ${span(deadlineHours)}: by then this traffic shows ${shown}, not less; what helps: ${ways.join(", ")}`,
  ];
}

function span(hours: number): string {
  return roughSpan(hours * HOUR);
}

/** "980 units", "0.4 units". */
function rateText(perHour: number): string {
  return perHour < 10 ? `${Number(perHour.toPrecision(2))} units` : many(Math.round(perHour), "unit");
}
