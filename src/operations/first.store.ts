import { AgentopsError } from "../core/errors.ts";
import type { Place } from "../core/refs.ts";
import { latestRollout, type Rollout } from "../rollout/rollouts.store.ts";
import { currentStable, type StableRow } from "../serving/serving.store.ts";
import type { Db } from "../state/store.ts";

/** For so long a reflex may repeat what somebody, or the engine, has just done: two people are woken by one alert. */
const REFLEX_MS = 600_000;

/** What a target is served, and by which changes it came to be so. */
export interface Served {
  stable: StableRow | undefined;
  /** The newest, whether it is over or not. */
  rollout: Rollout | undefined;
}

export async function servedAt(db: Db, { environment, target }: Place): Promise<Served> {
  return {
    stable: await currentStable(db, environment, target),
    rollout: await latestRollout(db, environment, target),
  };
}

/** The rollout that is under way. */
export function openOf({ rollout }: Served): Rollout | undefined {
  return rollout?.endedAt === null ? rollout : undefined;
}

/** Whether a command that saw the one would now do something else than was meant. */
export function hasMoved(seen: Served, now: Served): boolean {
  return seen.stable?.id !== now.stable?.id || openOf(seen)?.seq !== openOf(now)?.seq;
}

/** The last change, where it took something back and a reflex may repeat it; null else. */
export async function takenBackLately(db: Db, place: Place, now: Served, at: string): Promise<LastChange | null> {
  if (openOf(now) !== undefined) return null;
  const { stable, rollout } = now;
  const ended = rollout?.state.phase === "promoted" ? undefined : rollout?.endedAt;
  const since = new Date(Date.parse(at) - REFLEX_MS).toISOString();
  const wentBack = stable?.how === "rollback" && stable.at >= since;
  const endedLast = ended !== undefined && ended !== null && ended >= since && ended >= (stable?.at ?? "");
  return wentBack || endedLast ? lastChange(db, place) : null;
}

export interface LastChange {
  at: string;
  actor: string;
  reason: string;
}

async function lastChange(db: Db, { environment, target }: Place): Promise<LastChange | null> {
  const of = db.selectFrom("auditEvents").select(["at", "actor", "reason"]).where("environment", "=", environment);
  const last = of
    .where("target", "=", target)
    .where((e) =>
      e.or([
        e("action", "in", ["promote", "rollback"]),
        e.and([
          e("action", "like", "rollout.%"),
          e("action", "not in", ["rollout.ack", "rollout.notify", "rollout.shadow"]),
        ]),
      ]),
    );
  return (await last.orderBy("id", "desc").limit(1).executeTakeFirst()) ?? null;
}

/** Whoever comes second learns who was first and what is served by that, before anything is done twice. */
export async function somebodyWasFirst(
  db: Db,
  place: Place,
  now: Served,
  { at, hint, last }: { at: string; hint: string; last?: LastChange },
): Promise<AgentopsError> {
  const change = last ?? (await lastChange(db, place));
  const open = openOf(now);
  const served = now.stable === undefined ? "nothing is served" : `${now.stable.version} is served now`;
  const beside = open === undefined ? "" : `, and ${open.candidate} in a rollout`;
  const who = change === null ? "" : ` (${change.actor} ${ago(change.at, at)}: ${change.reason})`;
  return new AgentopsError("CONCURRENT_CHANGE", `somebody was first: ${served}${beside}${who}`, { hint });
}

/** It was meant for what was served before; whoever means it still says it again. */
export function againHint(address: string, environment: string): string {
  return `agentops history ${address} --env ${environment}   then, if it is still meant, the same again`;
}

function ago(then: string, now: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(then)) / 1000));
  return seconds < 120 ? `${seconds} s ago` : `${Math.round(seconds / 60)} min ago`;
}
