import { batchInto, quoted } from "../../state/batch.ts";
import { type Executor, firstRow, raw, rowsOf, type Value } from "../../state/raw.ts";
import { SHARED_TABLES, type SharedTable } from "../../state/shared.ts";
import { MOVED } from "../../state/sqlite/migrate.ts";
import type { Store, Tx } from "../../state/store.ts";
import type { Database } from "../../state/tables.ts";

/** Rows read, and written in one transaction, at a time. */
const PAGE = 2000;

type RowValues = Record<string, Value>;

/** Copies a table's rows after those that are there, or all of them where rows change; returns how many were written. */
export async function copyTable(from: Executor, to: Store, shared: SharedTable, signal: AbortSignal): Promise<number> {
  let after = shared.rows === "numbered" ? await lastKey(to.db, shared) : undefined;
  let written = 0;
  for (;;) {
    signal.throwIfAborted();
    const rows = await pageAfter(from, shared, after);
    const last = rows.at(-1);
    if (last === undefined) return written;
    await to.inTransaction((tx) => writeRows(tx, shared, rows));
    written += rows.length;
    after = shared.key.map((column) => last[column] ?? null);
  }
}

/** Copies observations again that were corrected: they may have been so after they were copied. */
export async function copyCorrected(from: Executor, to: Store, signal: AbortSignal): Promise<void> {
  const page = `SELECT o.* FROM corrections c JOIN observations o ON o.seq = c.observation WHERE c.observation > $1 ORDER BY c.observation LIMIT ${PAGE}`;
  const shared: SharedTable = { name: "observations", key: ["seq"], rows: "changed" };
  for (let after = 0; ;) {
    signal.throwIfAborted();
    const rows = await rowsOf(from, raw<RowValues>(page, after));
    if (rows.length === 0) return;
    await to.inTransaction((tx) => writeRows(tx, shared, rows));
    after = Number(rows.at(-1)?.["seq"]);
  }
}

async function lastKey(db: Executor, { name, key }: SharedTable): Promise<Value[] | undefined> {
  const last = `SELECT ${quoted(key)} FROM "${name}" ORDER BY ${key.map((column) => `"${column}" DESC`).join(", ")} LIMIT 1`;
  const row = await firstRow(db, raw<RowValues>(last));
  return row === undefined ? undefined : key.map((column) => row[column] ?? null);
}

function pageAfter(
  db: Executor,
  { name, key }: SharedTable,
  after: readonly Value[] | undefined,
): Promise<RowValues[]> {
  const places = key.map((_, i) => `$${i + 1}`).join(", ");
  const where = after === undefined ? "" : `WHERE (${quoted(key)}) > (${places})`;
  return rowsOf(
    db,
    raw<RowValues>(`SELECT * FROM "${name}" ${where} ORDER BY ${quoted(key)} LIMIT ${PAGE}`, ...(after ?? [])),
  );
}

async function writeRows(tx: Tx, { name, key, rows: become }: SharedTable, rows: readonly RowValues[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}) as (keyof Database[typeof name])[];
  const shape = { columns, key: key as typeof columns, onConflict: become === "changed" ? "replace" : "keep" } as const;
  await batchInto(name, shape)(tx, rows.map((row) => columns.map((column) => row[column] ?? null))); // prettier-ignore
}

/** What was killed when a copy began may have been revived since; nothing is served there before the copy is whole. */
export async function emptyTable(tx: Tx, { name }: SharedTable): Promise<void> {
  await tx.deleteFrom(name).execute();
}

export async function newestObservation(db: Executor): Promise<number> {
  return (await firstRow(db, raw<{ seq: number | null }>("SELECT MAX(seq) AS seq FROM observations")))?.seq ?? 0;
}

/** A watcher that is at work, by name. */
export async function watchedNow(db: Executor, now: string): Promise<string | undefined> {
  const lease = raw<{ name: string; holder: string }>(`SELECT name, holder FROM leases WHERE "expiresAt" > $1`, now);
  const held = await firstRow(db, lease);
  return held === undefined ? undefined : `${held.name} is watched by ${held.holder}`;
}

/** Gives the copy the store's own identity; `movedTo` says why it is not in force yet. */
export async function identify(
  tx: Tx,
  identity: { storeId: string; value: number; movedTo: string | null },
): Promise<void> {
  await tx.updateTable("revision").set(identity).execute();
}

/** Numbers that the server gives from now on are larger than those that were copied. */
export async function goOnNumbering(tx: Tx): Promise<void> {
  for (const [table, column] of [["auditEvents", "id"], ["rollouts", "seq"], ["stables", "id"], ["observations", "seq"], ["approvals", "id"]]) {
    const next = `SELECT setval(pg_get_serial_sequence('agentops."${table}"', '${column}'), GREATEST((SELECT COALESCE(MAX("${column}"), 0) FROM "${table}"), 1))`;
    await rowsOf(tx, raw(next));
  } // prettier-ignore
}

/**
 * Within the transaction that held its write lock to the end of the copy: it takes no more writes, neither of an older release nor of
 * whoever had it open before.
 */
export async function markMoved(tx: Tx, to: string): Promise<void> {
  const why = `the store was moved to ${to}`.replaceAll("'", "''");
  for (const { name } of SHARED_TABLES)
    for (const change of ["INSERT", "UPDATE", "DELETE"])
      await rowsOf(tx, raw(`CREATE TRIGGER "moved ${name} ${change}" BEFORE ${change} ON "${name}" BEGIN SELECT RAISE(ABORT, '${why}'); END`)); // prettier-ignore
  await tx.updateTable("revision").set({ movedTo: to }).execute();
  await rowsOf(tx, raw(`PRAGMA user_version = ${MOVED}`));
}
