import { canBeLeft, fittedSteps, unitsAt } from "../../rollout/reach.ts";
import type { RolloutPlan } from "../../rollout/schema.ts";
import { many, whole } from "../numbers.ts";
import { roughSpan } from "../spans.ts";
import { shareText, sharesText } from "./words.ts";

const HOUR = 3_600_000;

type Planned = Pick<RolloutPlan, "steps" | "stepMs" | "stepObservations" | "deadlineMs" | "reach" | "leftOut">;

/** Which first steps nobody waits for, and which of the others cannot be left; nothing where too little is known of who comes. */
export function reachTexts(plan: Planned): string[] {
  return [...leftOutTexts(plan), ...plan.steps.flatMap((_, step) => stuckTexts(plan, step))];
}

/** Why a step cannot be left by its units, and what could. */
export function stuckTexts(plan: Planned, step: number): string[] {
  const { steps, reach, stepObservations } = plan;
  const weight = steps[step] ?? 1;
  // Who had the candidate before is no new unit of it.
  const fresh = weight - (steps[step - 1] ?? 0);
  if (reach === undefined || weight <= 0 || weight >= 1 || canBeLeft(fresh, reach, plan)) return [];
  const fitted = fittedSteps(steps.slice(step), reach, plan);
  const [first = 1] = fitted;
  const way = canBeLeft(first, reach, plan) ? `; ${sharesText(fitted)} can be` : "";
  return [
    `${shareText(weight)} cannot be left by its units before the deadline: ${ofKnown(plan, fresh)}, and a step needs ${stepObservations}${way}`,
  ];
}

function leftOutTexts(plan: Planned): string[] {
  const { reach, leftOut = [], stepObservations } = plan;
  if (reach === undefined) return [];
  return leftOut.map((weight) => {
    if (!canBeLeft(weight, reach, plan))
      return `${shareText(weight)} is left out: ${ofKnown(plan, weight)}, and a step needs ${stepObservations}`;
    const hours = stepObservations / (weight * reach.perHour);
    return `${shareText(weight)} is left out: the ${stepObservations} units of a step would take about ${roughSpan(hours * HOUR)}`;
  });
}

function ofKnown(plan: Planned, weight: number): string {
  const reach = plan.reach as NonNullable<Planned["reach"]>;
  return `${many(reach.units, "unit")} came in ${roughSpan(reach.hours * HOUR)}, so it can have about ${whole(Math.round(unitsAt(weight, reach, plan)))}`;
}
