import type { Found, PlanNote } from "./found.ts";
import type { RolloutForecast } from "./schema.ts";

/** What a reader of the forecast must know before believing it. */
export function rolloutNotes(forecast: Found<RolloutForecast>): PlanNote[] {
  const { mde, margin, guardrails } = forecast;
  return [
    ...thinSteps(forecast),
    ...(mde > margin ? [] : [{ code: "within-margin", mde, margin } as const]),
    ...(guardrails === 1 ? [] : [{ code: "one-of-guardrails", guardrails } as const]),
  ];
}

/** Steps that wait for observations, not for time. */
function thinSteps({ steps, stepHours, stepObservations, perHour, mde }: Found<RolloutForecast>): PlanNote[] {
  return steps.flatMap(({ weight, candidatePerHour, least, alone }): PlanNote[] => {
    if (least === null || alone === null || least.hours <= stepHours * (1 + 1e-9)) return [];
    const waits = { observations: stepObservations, hours: least.hours, aloneHours: alone.harmful.hours };
    return [{ code: "thin-step", weight, perHour, candidatePerHour, mde, ...waits }];
  });
}
