import type { Place } from "../core/refs.ts";
import type { Db } from "../state/store.ts";

const HOUR = "2026-11-21T10".length;

/** What was served of the versions that were stable in a window, by the hour it began in: copies of inputs do not count. */
export async function stableOutcomes(
  db: Db,
  { environment, target, since }: Place & { since: string },
): Promise<{ n: number; failed: number }> {
  const versions = await stableSince(db, { environment, target, since });
  if (versions.length === 0) return { n: 0, failed: 0 };
  const row = await db
    .selectFrom("outcomes")
    .select(({ fn }) => [fn.sum<number | null>("n").as("n"), fn.sum<number | null>("succeeded").as("succeeded")])
    .where("environment", "=", environment)
    .where("target", "=", target)
    .where("hour", ">=", since.slice(0, HOUR))
    .where("shadow", "=", 0)
    .where("version", "in", versions)
    .executeTakeFirst();
  const n = row?.n ?? 0;
  return { n, failed: n - (row?.succeeded ?? 0) };
}

/** Those that became stable since, and the one before them. */
async function stableSince(db: Db, { environment, target, since }: Place & { since: string }): Promise<string[]> {
  const stables = db
    .selectFrom("stables")
    .select("version")
    .where("environment", "=", environment)
    .where("target", "=", target);
  const later = await stables.where("at", ">=", since).execute();
  const before = await stables.where("at", "<", since).orderBy("id", "desc").limit(1).execute();
  return [...later, ...before].map(({ version }) => version);
}
