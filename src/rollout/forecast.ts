import { planRollout } from "../planning/rollout.ts";
import type { Found } from "../planning/found.ts";
import type { RolloutForecast } from "../planning/schema.ts";
import { AgentopsError } from "../core/errors.ts";
import { settleMsOf } from "./late.ts";
import type { RolloutPlan } from "./schema.ts";

const HOUR = 3_600_000;

/** How long a rollout takes with those who came before it, by its own plan. */
export type Forecast = Found<RolloutForecast> & {
  /** What a candidate that is worse by `mde` fails more than the control would have, until it is back: expected. */
  harmed: number;
};

/** Of the later requests, so many must be of somebody new: who comes again is counted again at each weight, and no rate tells how often. */
const LEAST_NEW = 0.5;

/** Whether most who come now have come before. */
export function isMostlyKnown({ newUnits, requests }: NonNullable<RolloutPlan["reach"]>): boolean {
  return newUnits < LEAST_NEW * (requests / 2);
}

/**
 * By units that came, not by requests. Null where too little is known of who comes or mostly the same do, where success is no guardrail or
 * some harm of it is accepted, and where the plan is none that can be counted.
 */
export function forecastOf(plan: RolloutPlan): Forecast | null {
  const { reach, guardrails, alarm, alpha, steps, stepMs, trafficMs = 0, deadlineMs, stepObservations } = plan;
  const success = guardrails.find(({ name }) => name === "success");
  const alarmShare = alarm?.guardrails.success;
  if (reach === undefined || success === undefined || success.tolerance > 0 || alarmShare === undefined) return null;
  if (isMostlyKnown(reach)) return null;
  const request = {
    ...{ baseline: success.prior, mde: success.mde, margin: success.margin, alpha, alarmShare, stepObservations },
    ...{ guardrails: guardrails.length, steps: steps.filter((weight) => weight > 0) },
    perHour: reach.perHour * (reach.units / reach.requests),
    ...{ stepHours: stepMs / HOUR, trafficHours: trafficMs / HOUR, deadlineHours: deadlineMs / HOUR },
    settleHours: settleMsOf(plan) / HOUR,
  };
  try {
    const forecast = planRollout(request, null);
    return { ...forecast, harmed: forecast.harmful.expected.candidate * success.mde };
  } catch (error) {
    // What cannot be forecast is no reason not to start.
    if (error instanceof AgentopsError && error.code === "USAGE") return null;
    throw error;
  }
}
