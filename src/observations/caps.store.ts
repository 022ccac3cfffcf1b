import { raw, rowsOf } from "../state/raw.ts";
import type { Db } from "../state/store.ts";

type Capped = "latency" | "cost";

/** How many latencies and costs a version reported since an hour: zero where a search for them would be in vain. */
export async function reportedBy(
  db: Db,
  place: { environment: string; target: string; version: string },
  hour: string,
): Promise<Record<Capped, number>> {
  const sums = await db
    .selectFrom("outcomes")
    .select(({ fn }) => [fn.sum<number | null>("latencyN").as("latency"), fn.sum<number | null>("costN").as("cost")])
    .where("environment", "=", place.environment)
    .where("target", "=", place.target)
    .where("version", "=", place.version)
    .where("hour", ">=", hour)
    .where("shadow", "=", 0)
    .executeTakeFirst();
  return { latency: sums?.latency ?? 0, cost: sums?.cost ?? 0 };
}

/** Values of a rollout's control beyond a row, in order, as they were counted: what was corrected since changes no cap. */
export async function valuesAfter(
  db: Db,
  metric: Capped,
  { rollout, version, seq, limit }: { rollout: number; version: string; seq: number; limit: number },
): Promise<number[]> {
  const column = metric === "latency" ? "latencyMs" : "costUsd";
  const counted = `CASE WHEN c.observation IS NULL THEN o."${column}" ELSE c."${column}" END`;
  const values = `SELECT ${counted} AS value FROM observations o LEFT JOIN corrections c ON c.observation = o.seq
    WHERE o.rollout = $1 AND o.seq > $2 AND COALESCE(c.version, o.version) = $3 AND COALESCE(c.shadow, o.shadow) = 0
    AND ${counted} IS NOT NULL ORDER BY o.seq LIMIT $4`;
  return (await rowsOf(db, raw<{ value: number }>(values, rollout, seq, version, limit))).map(({ value }) => value);
}

/** The number of the newest observation; 0 before the first. */
export async function lastSeq(db: Db): Promise<number> {
  const last = db.selectFrom("observations").select(({ fn }) => fn.max<number | null>("seq").as("seq"));
  return (await last.executeTakeFirst())?.seq ?? 0;
}
