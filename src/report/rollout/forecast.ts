import { points } from "../../core/words.ts";
import type { RolloutForecast } from "../../planning/schema.ts";
import { forecastOf, isMostlyKnown } from "../../rollout/forecast.ts";
import type { RolloutPlan } from "../../rollout/schema.ts";
import { many } from "../numbers.ts";
import { roughSpan } from "../spans.ts";
import { pastDeadlineText } from "../stats/document.ts";
import { sharesText, shareText } from "./words.ts";

const HOUR = 3_600_000;

/** What a rollout may take and cost, by who came before it, and what would help where its deadline is sooner; nothing where nobody knows. */
export function forecastTexts(plan: RolloutPlan, target: string): string[] {
  const forecast = forecastOf(plan);
  if (forecast === null) return returningTexts(plan, target);
  const { mde, harmful, harmless, perHour, harmed, notes } = forecast;
  const after = `${plan.shadow === null ? "" : "from its first step on, "}as ${rateText(perHour)} an hour came before`;
  return [
    `${after}: ${points(mde)} worse is taken back ${when(harmful)}, with about ${many(Math.max(1, Math.round(harmed)), "failure")} more; as good as the control is ${plan.manual ? "ready for 100 %" : "promoted"} ${when(harmless)}`,
    ...riskTexts(plan, mde),
    ...notes.flatMap((note) => (note.code === "past-deadline" ? [pastDeadlineText(note, WAYS)] : [])),
  ];
}

/** Who comes again is counted again at each weight: no rate tells how long that takes, but what is stored does. */
function returningTexts({ reach }: RolloutPlan, target: string): string[] {
  if (reach === undefined || !isMostlyKnown(reach)) return [];
  return [
    `none: of ${many(reach.requests, "request")} most are of units that came before, and a healthy candidate may take days; agentops canary calibrate ${target} replays what is stored and says how long`,
  ];
}

/** What a candidate that is so much worse fails more at each step than the control would, by the requests that came. */
function riskTexts({ steps, reach }: RolloutPlan, mde: number): string[] {
  if (reach === undefined) return [];
  const parts = steps.flatMap((weight) => {
    const failures = weight * reach.perHour * mde;
    return weight > 0 && weight < 1 ? [`${Number(failures.toPrecision(2))} at ${shareText(weight)}`] : [];
  });
  return parts.length === 0 ? [] : [`until then, failures more an hour: ${parts.join(", ")}`];
}

const WAYS = {
  steps: sharesText,
  margin: (margin: number) => `guardrails: { success: { margin: ${margin} } }`,
};

function when({ expected, p90 }: Pick<RolloutForecast["harmful"], "expected" | "p90">): string {
  return `after about ${span(expected.hours)} (nine of ten within ${span(p90.hours)})`;
}

function span(hours: number): string {
  return roughSpan(hours * HOUR);
}

/** "980 units", "0.4 units". */
function rateText(perHour: number): string {
  return perHour < 10 ? `${Number(perHour.toPrecision(2))} units` : many(Math.round(perHour), "unit");
}
