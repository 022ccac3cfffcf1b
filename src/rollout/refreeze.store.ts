import type { Tx } from "../state/store.ts";
import { isRatio, isStale, refreeze } from "./caps.ts";
import { newestValues } from "./control-history.store.ts";
import type { Rollout } from "./rollouts.store.ts";
import type { Caps } from "./schema.ts";

/** The caps after a look: a point that was made of few values, or of old ones, is made anew for what comes. The same object where none is. */
export async function recapped(tx: Tx, rollout: Rollout): Promise<Caps> {
  let { caps } = rollout;
  const of = { rollout: rollout.seq, version: rollout.control };
  for (const metric of ["latency", "cost"] as const) {
    const frozen = caps[metric];
    const units = rollout.evidence.metrics[metric]?.harm.control.n ?? 0;
    if (!isRatio(frozen) || !isStale(frozen, units)) continue;
    const values = await newestValues(tx, metric === "latency" ? "latencyMs" : "costUsd", of);
    if (values.length > 0) caps = { ...caps, [metric]: refreeze(frozen, values, units) };
  }
  return caps;
}
