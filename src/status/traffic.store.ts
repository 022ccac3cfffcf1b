import { raw, rowsOf } from "../state/raw.ts";
import type { Db } from "../state/store.ts";

/** What was seen of one name since a time. */
export interface Seen {
  name: string;
  n: number;
  /** Milliseconds since 1970. */
  lastMs: number;
}

/** Traces by what served them. */
export function tracesByTarget(db: Db, sinceMs: number): Promise<Seen[]> {
  const sql = `SELECT target AS name, COUNT(*) AS n, MAX("startedMs") AS "lastMs" FROM traces WHERE target IS NOT NULL AND "startedMs" >= $1 GROUP BY target`;
  return rowsOf(db, raw<Seen>(sql, sinceMs));
}

/** Traces of agents that nobody registered, by what they call themselves. */
export function tracesByAgent(db: Db, sinceMs: number): Promise<Seen[]> {
  const sql = `SELECT agent AS name, COUNT(*) AS n, MAX("startedMs") AS "lastMs" FROM traces WHERE target IS NULL AND agent IS NOT NULL AND "startedMs" >= $1 GROUP BY agent ORDER BY n DESC, agent LIMIT 1000`;
  return rowsOf(db, raw<Seen>(sql, sinceMs));
}

/** Outcomes by what served them, from the sums by the hour. */
export async function outcomesByTarget(db: Db, since: string): Promise<Seen[]> {
  const sql = `SELECT target AS name, SUM(n) AS n, MAX(hour) AS last FROM outcomes WHERE hour >= $1 AND shadow = 0 GROUP BY target`;
  const rows = await rowsOf(db, raw<{ name: string; n: number; last: string }>(sql, since));
  return rows.map(({ name, n, last }) => ({ name, n, lastMs: Date.parse(last) }));
}
