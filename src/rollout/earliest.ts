import { settleMsOf } from "./late.ts";
import { isOver, type RolloutState } from "./state.ts";
import type { RolloutPlan } from "./schema.ts";

/** When everybody may get it at the earliest; null where that waits neither for a day of traffic nor for outcomes to settle, or none has begun. */
export function everybodyNotBefore(state: RolloutState, plan: RolloutPlan): string | null {
  const { phase, weight, servedSince, since, step } = state;
  if (isOver(phase) || weight >= 1 || phase === "pending" || (state.pausedFrom ?? phase) === "shadow") return null;
  const moments = [
    ...(plan.trafficMs !== undefined && servedSince !== undefined ? [Date.parse(servedSince) + plan.trafficMs] : []),
    ...(settleMsOf(plan) > 0 ? [Date.parse(since) + leastMs(plan, step)] : []),
  ];
  return moments.length === 0 ? null : new Date(Math.max(...moments)).toISOString();
}

/** From the beginning until everybody gets it at the earliest, whatever the outcomes. */
export function leastMsToAll(plan: RolloutPlan): number {
  const copies = plan.shadow === null ? 0 : plan.shadow.timeMs + settleMsOf(plan);
  return copies + Math.max(leastMs(plan, 0), plan.trafficMs ?? 0);
}

/** The least time of each step: its own after its first units have settled, as until then those of the step before do. */
export function stepMsOf(plan: Pick<RolloutPlan, "stepMs" | "outcomes">): number {
  return plan.stepMs + settleMsOf(plan);
}

/** Of the steps below 100 % from one on. */
function leastMs(plan: RolloutPlan, from: number): number {
  return plan.steps.slice(from).filter((weight) => weight < 1).length * stepMsOf(plan);
}
