import { lasting, plural } from "../../core/words.ts";
import { leastMsToAll, stepMsOf } from "../../rollout/earliest.ts";
import type { RolloutPlan } from "../../rollout/schema.ts";

/** When a unit counts, and what that makes of the plan; nothing where it counts as its outcome arrives. */
export function settlingTexts(plan: RolloutPlan, control: string): string[] {
  const { outcomes } = plan;
  if (outcomes === undefined || outcomes.settleMs === 0) return [];
  const { settleMs, learnedFrom, missing } = outcomes;
  const by =
    learnedFrom === undefined
      ? "configured"
      : `learned from ${plural(learnedFrom, "outcome", undefined, learnedFrom.toLocaleString("en-US"))} of ${control}`;
  const failure = missing === "failure" ? "; one without an outcome by then is a failure" : "";
  const least = leastMsToAll(plan);
  const late = least >= plan.deadlineMs ? `, after the deadline (${lasting(plan.deadlineMs)})` : "";
  return [
    `a unit counts ${lasting(settleMs)} after it was served (${by})${failure}`,
    `so a step lasts at least ${lasting(stepMsOf(plan))}, and everybody gets it ${lasting(least)} after the start at the earliest${late}`,
  ];
}
