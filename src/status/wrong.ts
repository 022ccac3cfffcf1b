import { plural } from "../core/words.ts";
import type { Bad, LatestRollout, StableNow } from "./overview.store.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** A rollout's row does not say when it was rolled back after its promotion; its state does. */
type EndedRollout = Pick<LatestRollout, "phase" | "candidate"> & { since: string };

interface Known {
  /** The newest, also when it is over. */
  rollout: EndedRollout | undefined;
  stable: StableNow | undefined;
  /** Unsafe answers, newest first. */
  unsafe: readonly Bad[];
}

/** What needs a person at a target: a rollout that went wrong and that nothing came after, and what was unsafe in the last hour. */
export function wrongWith({ rollout, stable, unsafe }: Known, now: Date): string[] {
  const since = new Date(now.getTime() - HOUR_MS).toISOString();
  const recent = unsafe.filter(({ at }) => at >= since).length;
  return [
    ...(rollout === undefined ? [] : setback(rollout, stable, now)),
    ...(recent === 0 ? [] : [`${plural(recent, "unsafe answer")} in the last hour`]),
  ];
}

function setback(rollout: EndedRollout, stable: StableNow | undefined, now: Date): string[] {
  const { phase, candidate, since } = rollout;
  if (phase === "inconclusive") return [`the rollout of ${candidate} is inconclusive and waits for a person`];
  if (phase !== "invalid" && phase !== "rolled-back") return [];
  if (now.getTime() - Date.parse(since) > DAY_MS) return [];
  if (stable !== undefined && stable.how !== "rollback" && stable.since > since) return [];
  return [phase === "invalid" ? `the rollout of ${candidate} is invalid` : `${candidate} was rolled back`];
}
