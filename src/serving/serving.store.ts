import type { Db, Tx } from "../state/store.ts";
import type { Row } from "../state/tables.ts";

/** A version as it was published, copied whole. */
export type ReleaseRow = Row<"releases">;
/** One change of what an environment serves to everybody. */
export type StableRow = Row<"stables">;

export function findRelease(db: Db, target: string, version: string): Promise<ReleaseRow | undefined> {
  return db
    .selectFrom("releases")
    .selectAll()
    .where("target", "=", target)
    .where("version", "=", version)
    .executeTakeFirst();
}

/** A version is immutable; one that was released before stays as it was. */
export async function insertRelease(tx: Tx, row: ReleaseRow): Promise<void> {
  await tx
    .insertInto("releases")
    .values(row)
    .onConflict((same) => same.columns(["target", "version"]).doNothing())
    .execute();
}

/** What everybody is served who is not part of a rollout; undefined before the first promotion. */
export function currentStable(db: Db, environment: string, target: string): Promise<StableRow | undefined> {
  return changes(db, environment, target).orderBy("id", "desc").limit(1).executeTakeFirst();
}

/** All changes, the first one first. */
export function stablesOf(db: Db, environment: string, target: string): Promise<StableRow[]> {
  return changes(db, environment, target).orderBy("id").execute();
}

function changes(db: Db, environment: string, target: string) {
  return db.selectFrom("stables").selectAll().where("environment", "=", environment).where("target", "=", target);
}

export async function insertStable(tx: Tx, row: Omit<StableRow, "id">): Promise<void> {
  await tx.insertInto("stables").values(row).execute();
}

/** Every artifact of which some version was released. */
export async function releasedTargets(db: Db): Promise<string[]> {
  const rows = await db.selectFrom("releases").select("target").distinct().orderBy("target").execute();
  return rows.map(({ target }) => target);
}

/** Environments in which a target, or anything at all, is or was served, to everybody or in a rollout. */
export async function environmentsOf(db: Db, target?: string): Promise<string[]> {
  const of = target === undefined ? await releasedTargets(db) : [target];
  const served = db.selectFrom("stables").select("environment").where("target", "in", of);
  const rolledOut = db.selectFrom("rollouts").select("environment").where("target", "in", of);
  if (of.length === 0) return [];
  const rows = await served.union(rolledOut).orderBy("environment").execute();
  return rows.map(({ environment }) => environment);
}
