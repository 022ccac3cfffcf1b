import { durationMs } from "../core/duration.ts";
import type { OutcomesConfig } from "../core/outcomes.schema.ts";
import type { Place } from "../core/refs.ts";
import type { Executor } from "../state/raw.ts";
import { settleMsOf } from "./late.ts";
import { usualDelay } from "./delays.store.ts";
import type { RolloutPlan } from "./schema.ts";

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
export const MINUTE_MS = 60_000;

/** When outcomes are final, as a plan freezes it. */
export type OutcomeRules = NonNullable<RolloutPlan["outcomes"]>;

/** What the config says of one target; the full address wins over the name alone, key by key. */
export function outcomesFor(config: OutcomesConfig | undefined, target: string): OutcomesConfig[string] {
  const bare = target.slice(target.indexOf("/") + 1);
  return { ...config?.[bare], ...config?.[target] };
}

/** Freezes them: what was configured, else what the control's outcomes of the last week say. */
export async function rulesAt(
  db: Executor,
  place: Place,
  { control, at, configured }: { control: string; at: string; configured: OutcomesConfig[string] },
): Promise<OutcomeRules> {
  const { settle, maxOpen = 0.05, missing = "unknown" } = configured;
  const rest = { maxOpen, missing };
  if (settle !== undefined) return { settleMs: durationMs(settle) ?? 0, ...rest };
  const { ms, outcomes } = await usualDelay(db, place, control, weekBefore(at));
  return ms === 0 ? { settleMs: 0, ...rest } : { settleMs: ms, ...rest, learnedFrom: outcomes };
}

/** The day a week before a time, ISO 8601: what the control was like of late. */
export function weekBefore(at: string): string {
  return new Date(Date.parse(at) - WEEK_DAYS * DAY_MS).toISOString().slice(0, 10);
}

/** Whether a unit counts only after a time. */
export function settles(plan: Pick<RolloutPlan, "outcomes">): boolean {
  return settleMsOf(plan) > 0;
}

/** The first minute (since 1970) that has not settled at a time: those before it are over for as long as that takes. */
export function settledBefore(plan: Pick<RolloutPlan, "outcomes">, at: string): number {
  return Math.floor((Date.parse(at) - settleMsOf(plan)) / MINUTE_MS);
}
