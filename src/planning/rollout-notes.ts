import { points, share } from "../core/words.ts";
import type { RolloutPlan } from "./schema.ts";

/** What a reader of the plan must know before believing it. */
export function rolloutNotes(plan: RolloutPlan): string[] {
  return [...thinSteps(plan), ...within(plan), ...others(plan)];
}

/** Steps that wait for observations, not for time. */
function thinSteps({ steps, stepHours, stepObservations, perHour, mde }: RolloutPlan): string[] {
  return steps.flatMap(({ weight, candidatePerHour, least, alone }) => {
    if (least === null || alone === null || least.hours <= stepHours * (1 + 1e-9)) return [];
    const an = `${digits(candidatePerHour)} of the candidate an hour`;
    return [
      `${share(weight)} of ${digits(perHour)} an hour gives ${an}: ${stepObservations} take ${digits(least.hours)} hours, and at that weight alone a drop of ${points(mde)} would take ${digits(alone.harmful.hours)}`,
    ];
  });
}

function within({ mde, margin }: RolloutPlan): string[] {
  if (mde > margin) return [];
  return [`a drop of ${points(mde)} lies within the margin of ${points(margin)}: such a candidate may be promoted`];
}

function others({ guardrails }: RolloutPlan): string[] {
  if (guardrails === 1) return [];
  return [
    `planned for one of ${guardrails} guardrails, with the success rate's baseline; a promotion waits for the slowest of them`,
  ];
}

function digits(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
