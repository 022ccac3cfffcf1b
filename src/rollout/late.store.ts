import type { Executor } from "../state/raw.ts";
import { servedHours } from "./arrivals.store.ts";
import { usualDelay } from "./delays.store.ts";
import { type Late, lateMs, openIn } from "./late.ts";
import { MINUTE_MS, weekBefore } from "./outcomes.ts";
import type { Rollout } from "./rollouts.store.ts";

type Asked = Pick<Rollout, "seq" | "plan" | "state" | "environment" | "target" | "control" | "candidate" | "createdAt">;

/** How late outcomes come, and how many of those that should have come are missing, at a time. Nothing for a plan that does not ask. */
export async function latenessOf(db: Executor, rollout: Asked, at: string): Promise<Late> {
  const { plan, control, candidate, createdAt } = rollout;
  if (plan.outcomes === undefined) return {};
  const before = await usualDelay(db, rollout, control, weekBefore(createdAt));
  const since = await usualDelay(db, rollout, candidate, createdAt.slice(0, 10));
  const usualDelayMs = Math.max(before.ms, since.ms);
  const age = lateMs(plan, { usualDelayMs });
  const olderThanMinute = Math.floor((Date.parse(at) - age) / MINUTE_MS);
  return { usualDelayMs, open: openIn(await servedHours(db, rollout, { olderThanMinute })) };
}
