import type { Place } from "../../core/refs.ts";
import type { Ids } from "../../observations/by-ids.store.ts";
import { forgetDetails } from "../../observations/details.store.ts";
import type { Db, Tx } from "../../state/store.ts";

/**
 * What may go: observations from before a time that no open rollout counts and no breach names, and what was known of the units of rollouts
 * that ended before it. Sums by the hour, looks, tallies, transitions and audit events stay: verdicts can be derived from them again.
 */
const old = (db: Db, before: string) =>
  db
    .selectFrom("observations as o")
    .leftJoin("rollouts as r", "r.seq", "o.rollout")
    .leftJoin("breaches as b", "b.observation", "o.seq")
    .where("o.at", "<", before)
    .where((where) => where.or([where("o.rollout", "is", null), where("r.endedAt", "is not", null)]))
    .where("b.observation", "is", null);

export async function countOldObservations(db: Db, before: string): Promise<number> {
  const { n } = await old(db, before)
    .select(({ fn }) => fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  return n;
}

/** Up to some of them; how many. */
export async function deleteOldObservations(tx: Tx, before: string, most: number): Promise<number> {
  const its = ["o.seq", "o.environment", "o.target", "o.id"] as const;
  const rows = await old(tx, before).select(its).orderBy("o.seq").limit(most).execute();
  const seqs = rows.map(({ seq }) => seq);
  if (seqs.length > 0) {
    for (const asked of byPlace(rows)) await forgetDetails(tx, asked);
    await tx.deleteFrom("corrections").where("observation", "in", seqs).execute();
    await tx.deleteFrom("observations").where("seq", "in", seqs).execute();
  }
  return seqs.length;
}

function byPlace(rows: readonly (Place & { id: string })[]): Ids[] {
  const places = new Map<string, Place & { ids: string[] }>();
  for (const { environment, target, id } of rows) {
    const key = `${environment} ${target}`;
    const ids = places.get(key)?.ids ?? [];
    ids.push(id);
    places.set(key, { environment, target, ids });
  }
  return [...places.values()];
}

/** Rollouts that ended before a time and of whose units something is still known. */
async function endedRollouts(db: Db, before: string): Promise<number[]> {
  const ended = db.selectFrom("rollouts").select("seq").where("endedAt", "<", before).orderBy("seq");
  return (await ended.execute()).map(({ seq }) => seq);
}

export async function countOldUnits(db: Db, before: string): Promise<number> {
  const rollouts = await endedRollouts(db, before);
  if (rollouts.length === 0) return 0;
  const units = db.selectFrom("units").where("rollout", "in", rollouts);
  return (await units.select(({ fn }) => fn.countAll<number>().as("n")).executeTakeFirstOrThrow()).n;
}

/** Up to some of them; how many. */
export async function deleteOldUnits(tx: Tx, before: string, most: number): Promise<number> {
  for (const rollout of await endedRollouts(tx, before)) {
    const rows = await tx.selectFrom("units").select("unit").where("rollout", "=", rollout).limit(most).execute();
    const units = rows.map(({ unit }) => unit);
    if (units.length === 0) continue;
    await tx.deleteFrom("units").where("rollout", "=", rollout).where("unit", "in", units).execute();
    return units.length;
  }
  return 0;
}
