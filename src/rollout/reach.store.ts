import type { Db } from "../state/store.ts";
import { LEAST_HOURS, type Reach, reachOf } from "./reach.ts";

const HOUR = 3_600_000;
/** So many days say how much comes. */
const DAYS = 7;
/** The newest requests that say who comes; a day's of most agents, and read in milliseconds. */
const NEWEST = 20_000;

/** Who came of late, whichever version they got; null where less than a day of them is known. @param at ISO 8601 */
export async function reachNow(
  db: Db,
  { environment, target }: { environment: string; target: string },
  at: string,
): Promise<Reach | null> {
  const sums = await db
    .selectFrom("outcomes")
    .select(({ fn }) => [fn.sum<number | null>("n").as("n"), fn.min("hour").as("since")])
    .where("environment", "=", environment)
    .where("target", "=", target)
    // What is of no version that anybody said, no rollout would count.
    .where("version", "!=", "")
    .where("shadow", "=", 0)
    .where("hour", ">=", hourBefore(at, DAYS * 24))
    .executeTakeFirst();
  const [n, since] = [sums?.n ?? 0, sums?.since];
  if (n === 0 || since == null || since > hourBefore(at, LEAST_HOURS)) return null;
  const hours = (Date.parse(at) - Date.parse(since)) / HOUR;
  // No more than there are: a search for others would read the whole table.
  const rows = await db
    .selectFrom("observations")
    .select(["at", "unit"])
    .where("environment", "=", environment)
    .where("target", "=", target)
    .where("version", "!=", "")
    .where("shadow", "=", 0)
    .orderBy("seq", "desc")
    .limit(Math.min(NEWEST, n))
    .execute();
  return reachOf(
    rows.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
    n / hours,
  );
}

/** As `outcomes` names it: "2026-11-21T10:00:00.000Z". */
function hourBefore(at: string, hours: number): string {
  return `${new Date(Date.parse(at) - hours * HOUR).toISOString().slice(0, 13)}:00:00.000Z`;
}
