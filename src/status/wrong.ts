import type { Place } from "../core/refs.ts";
import type { LatestRollout, StableNow } from "./overview.store.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** What needs a person at a target and is no kill: unsafe answers of the last hour, or a rollout that ended badly or waits. */
export type Wrong =
  | { code: "unsafe"; count: number }
  | { code: "overdue"; version: string; since: string; target: string; environment: string }
  | { code: "inconclusive" | "invalid" | "rolled-back"; version: string; target: string; environment: string };

/** A rollout's row does not say when it was rolled back after its promotion; its state does. */
type EndedRollout = Pick<LatestRollout, "phase" | "candidate"> & { since: string };

interface Known extends Place {
  /** The newest, also when it is over. */
  rollout: (EndedRollout & { overdueSince: string | null; acknowledged: boolean }) | undefined;
  stable: StableNow | undefined;
  /** When unsafe answers were given; ISO 8601. */
  unsafe: readonly string[];
}

/** What is wrong at a target: a rollout that went wrong, that nothing came after and nobody acknowledged, one that nobody takes the turns of, and what was unsafe in the last hour. */
export function wrongWith({ rollout, stable, unsafe, environment, target }: Known, now: Date): Wrong[] {
  const since = new Date(now.getTime() - HOUR_MS).toISOString();
  const count = unsafe.filter((at) => at >= since).length;
  return [
    ...(rollout === undefined || rollout.acknowledged
      ? []
      : setback(rollout, stable, now).map((code) => ({ code, version: rollout.candidate, target, environment }))),
    ...(rollout === undefined || rollout.overdueSince === null
      ? []
      : [{ code: "overdue", version: rollout.candidate, since: rollout.overdueSince, target, environment } as const]),
    ...(count === 0 ? [] : [{ code: "unsafe", count } as const]),
  ];
}

function setback(
  { phase, since }: EndedRollout,
  stable: StableNow | undefined,
  now: Date,
): ("inconclusive" | "invalid" | "rolled-back")[] {
  if (phase === "inconclusive") return [phase];
  if (phase !== "invalid" && phase !== "rolled-back") return [];
  if (now.getTime() - Date.parse(since) > DAY_MS) return [];
  if (stable !== undefined && stable.how !== "rollback" && stable.since > since) return [];
  return [phase];
}
