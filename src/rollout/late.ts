import type { RolloutPlan } from "./schema.ts";

/** What a look knows of outcomes that are still to come; asked only where its step could otherwise be left. */
export interface Late {
  /** The longest usual delay of either arm's outcomes by now. */
  usualDelayMs?: number;
  /** Of each arm's units that were served longer ago than that and than the time to settle, the share without an outcome; null: nobody told. */
  open?: { control: number; candidate: number } | null;
}

/** What of that a step waits for. */
export interface OutcomesWait {
  /** Outcomes of so long are still to come, or should have come. */
  lastMs: number;
  /** The arm of which too many did not; null where it is only too early. */
  open: { arm: "control" | "candidate"; share: number; most: number } | null;
}

/** What came later than this is unusual. */
export function lateMs({ outcomes }: RolloutPlan, { usualDelayMs = 0 }: Late): number {
  return Math.max(outcomes?.settleMs ?? 0, usualDelayMs);
}

/** @param timeMs what is left of a step as long as outcomes are late */
export function outcomesWait(plan: RolloutPlan, late: Late, timeMs: number): OutcomesWait | null {
  const lastMs = lateMs(plan, late);
  const open = openArm(plan, late);
  return open === null && !(lastMs > 0 && timeMs > 0) ? null : { lastMs, open };
}

/** The arm that lacks more, where that is too much. What has settled is a failure where the plan says so, and open no more. */
function openArm({ outcomes }: RolloutPlan, { open }: Late): OutcomesWait["open"] {
  if (outcomes === undefined || open === undefined || open === null || outcomes.missing === "failure") return null;
  const arm = open.candidate >= open.control ? "candidate" : "control";
  return open[arm] > outcomes.maxOpen ? { arm, share: open[arm], most: outcomes.maxOpen } : null;
}
