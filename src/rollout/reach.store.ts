import type { Db } from "../state/store.ts";
import { type Reach, reachOf } from "./reach.ts";

/** The newest requests that say who comes; a day's of most agents, and read in milliseconds. */
const NEWEST = 20_000;

/** Who came of late, whatever version they got; null where less than a day is known. */
export async function reachNow(db: Db, environment: string, target: string): Promise<Reach | null> {
  const rows = await db
    .selectFrom("observations")
    .select(["at", "unit"])
    .where("environment", "=", environment)
    .where("target", "=", target)
    .where("shadow", "=", 0)
    .orderBy("seq", "desc")
    .limit(NEWEST)
    .execute();
  return reachOf(rows.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)));
}
