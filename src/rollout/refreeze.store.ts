import type { Tx } from "../state/store.ts";
import { isRatio, isStale, refreeze } from "./caps.ts";
import type { Rollout } from "./rollouts.store.ts";
import type { Caps } from "./schema.ts";

/** Values of the control that a point is made of anew, the newest: what was compared long ago may be of another season. */
const NEWEST = 10_000;

/** The caps after a look: a point that was made of few values, or of old ones, is made anew for what comes. The same object where none is. */
export async function recapped(tx: Tx, rollout: Rollout): Promise<Caps> {
  let { caps } = rollout;
  for (const metric of ["latency", "cost"] as const) {
    const frozen = caps[metric];
    const units = rollout.evidence.metrics[metric]?.harm.control.n ?? 0;
    if (!isRatio(frozen) || !isStale(frozen, units)) continue;
    const values = await newestOf(tx, rollout, metric === "latency" ? "latencyMs" : "costUsd");
    if (values.length > 0) caps = { ...caps, [metric]: refreeze(frozen, values, units) };
  }
  return caps;
}

async function newestOf(tx: Tx, { seq, control }: Rollout, column: "latencyMs" | "costUsd"): Promise<number[]> {
  const rows = await tx
    .selectFrom("observations")
    .select(`${column} as value`)
    .where("rollout", "=", seq)
    .where("version", "=", control)
    .where("shadow", "=", 0)
    .where(column, "is not", null)
    .orderBy("seq", "desc")
    .limit(NEWEST)
    .execute();
  return rows.map(({ value }) => value as number);
}
