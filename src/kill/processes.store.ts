import { insertInto } from "../state/insert.ts";
import { type Executor, firstRow, raw, rowsOf } from "../state/raw.ts";
import type { Row } from "../state/tables.ts";

/** An agent's process that has shown itself. */
export type Shown = Row<"processes">;

const COLUMNS = ["id", "environment", "host", "pid", "startedAt", "seenAt", "revision", "serves"] as const;
const SHOW = `${insertInto("processes", COLUMNS)} ON CONFLICT (id) DO UPDATE SET "seenAt" = excluded."seenAt", revision = excluded.revision, serves = excluded.serves`;

export async function show(db: Executor, shown: Shown): Promise<void> {
  await db.executeQuery(raw(SHOW, ...COLUMNS.map((column) => shown[column])));
}

/** One that ends, and those that were not seen since a moment. */
export async function forget(db: Executor, id: string, before: string): Promise<void> {
  await db.executeQuery(raw(`DELETE FROM processes WHERE id = $1 OR "seenAt" < $2`, id, before));
}

/** Those that were seen since a moment, and have not said that they end. */
export function readProcesses(db: Executor, since: string): Promise<Shown[]> {
  const all = `SELECT id, environment, host, pid, "startedAt", "seenAt", revision, serves FROM processes WHERE "seenAt" >= $1 ORDER BY host, pid, id`;
  return rowsOf(db, raw<Shown>(all, since));
}

/** The number of the store's last change by an operator; null in a store from before there was one. */
export async function lastChange(db: Executor): Promise<number | null> {
  return (await firstRow(db, raw<{ value: number }>("SELECT value FROM revision")))?.value ?? null;
}
