import { statSync } from "node:fs";
import type { StoreAddress } from "../../state/address.ts";
import type { BareReader } from "../../state/store.ts";
import { type Executor, firstRow, raw } from "../../state/raw.ts";
import { SHARED_TABLES } from "../../state/shared.ts";

export interface Identity {
  storeId: string;
  value: number;
  movedTo: string | null;
}

export function readIdentity(db: Executor): Promise<Identity | undefined> {
  return firstRow(db, raw<Identity>(`SELECT "storeId", value, "movedTo" FROM revision`));
}

export async function countRows(db: Executor, table: string): Promise<number> {
  return (await firstRow(db, raw<{ n: number }>(`SELECT COUNT(*) AS n FROM "${table}"`)))?.n ?? 0;
}

/** Those that a store of this many migrations has. */
export async function countShared(db: Executor, version = Infinity): Promise<{ name: string; rows: number }[]> {
  const counts: { name: string; rows: number }[] = [];
  for (const { name } of SHARED_TABLES.filter(({ since = 0 }) => since <= version))
    counts.push({ name, rows: await countRows(db, name) });
  return counts;
}

const HAS_TABLES = "SELECT to_regclass('agentops.migrations') IS NOT NULL AS there";

/** How many migrations it has had. */
export async function versionIn({ db }: BareReader, { file }: StoreAddress): Promise<number> {
  if (file === null && (await firstRow(db, raw<{ there: boolean }>(HAS_TABLES)))?.there !== true) return 0;
  const listed = await firstRow(db, raw<{ number: number | null }>("SELECT MAX(number) AS number FROM migrations"));
  if (file === null || listed?.number != null) return listed?.number ?? 0;
  return (await firstRow(db, raw<{ user_version: number }>("PRAGMA user_version")))?.user_version ?? 0;
}

/** A file's size with what is not in it yet; a server's tables with their indexes. */
export async function bytesOf({ db }: BareReader, { file }: StoreAddress): Promise<number> {
  if (file !== null) return fileBytes(file);
  const size =
    "SELECT SUM(pg_total_relation_size(oid))::bigint AS n FROM pg_class WHERE relkind = 'r' AND relnamespace = 'agentops'::regnamespace";
  return (await firstRow(db, raw<{ n: number }>(size)))?.n ?? 0;
}

export function fileBytes(file: string): number {
  return ["", "-wal"].reduce((sum, end) => sum + (statSync(`${file}${end}`, { throwIfNoEntry: false })?.size ?? 0), 0);
}
