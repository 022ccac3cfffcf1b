import { planRollout } from "../planning/rollout.ts";
import type { RolloutForecast } from "../planning/schema.ts";
import { settleMsOf } from "./late.ts";
import type { RolloutPlan } from "./schema.ts";

const HOUR = 3_600_000;

/** How long a rollout takes with those who came before it, by its own plan. */
export type Forecast = Omit<RolloutForecast, "notes"> & {
  /** What a candidate that is worse by `mde` fails more than the control would have, until it is back: expected. */
  harmed: number;
};

/**
 * By units that came, not by requests: who comes again brings no new evidence. Null where too little is known of who comes, or where success
 * is no guardrail.
 */
export function forecastOf(plan: RolloutPlan): Forecast | null {
  const { reach, guardrails, alarm, alpha, steps, stepMs, trafficMs = 0, deadlineMs, stepObservations } = plan;
  const success = guardrails.find(({ name }) => name === "success");
  const alarmShare = alarm?.guardrails.success;
  const shares = steps.filter((weight) => weight > 0);
  if (reach === undefined || success === undefined || alarmShare === undefined || success.mde >= success.prior)
    return null;
  if (shares.every((weight) => weight >= 1)) return null;
  const request = {
    ...{ baseline: success.prior, mde: success.mde, margin: success.margin, alpha, alarmShare, stepObservations },
    ...{ guardrails: guardrails.length, steps: shares, perHour: reach.units / reach.hours },
    ...{ stepHours: stepMs / HOUR, trafficHours: trafficMs / HOUR, deadlineHours: deadlineMs / HOUR },
    settleHours: settleMsOf(plan) / HOUR,
  };
  const forecast = planRollout(request, null);
  return { ...forecast, harmed: forecast.harmful.expected.candidate * success.mde };
}
