import { raw, rawWith, rowsOf } from "../../state/raw.ts";
import type { Db, Tx } from "../../state/store.ts";

/** Traces a transaction: others wait for milliseconds, though one may have thousands of spans. */
const AT_A_TIME = 50;

export async function countOldTraces(db: Db, before: string): Promise<number> {
  const sql = `SELECT COUNT(*) AS n FROM traces WHERE "startedMs" < $1`;
  return (await rowsOf(db, raw<{ n: number }>(sql, Date.parse(before))))[0]?.n ?? 0;
}

/** Up to some of those that began before a time; how many. What they say of tasks stays: outcomes are counted apart. */
export async function deleteOldTraces(tx: Tx, before: string): Promise<number> {
  const sql = `SELECT seq, id FROM traces WHERE "startedMs" < $1 ORDER BY "startedMs" LIMIT ${AT_A_TIME}`;
  return (await deleted(tx, await rowsOf(tx, raw<Found>(sql, Date.parse(before))))).length;
}

/** Up to some of those of a user; their ids. */
export async function deleteTracesOf(tx: Tx, user: string): Promise<string[]> {
  return deleted(tx, await rowsOf(tx, raw<Found>(`SELECT seq, id FROM traces WHERE "user" = $1 LIMIT ${AT_A_TIME}`, user))); // prettier-ignore
}

interface Found {
  seq: number;
  id: string;
}

async function deleted(tx: Tx, found: readonly Found[]): Promise<string[]> {
  const seqs = found.map(({ seq }) => seq);
  if (seqs.length === 0) return [];
  const places = seqs.map((_, i) => `$${i + 1}`).join(", ");
  await rowsOf(tx, rawWith(`DELETE FROM "spanBlocks" WHERE trace IN (${places})`, seqs));
  await rowsOf(tx, rawWith(`DELETE FROM traces WHERE seq IN (${places})`, seqs));
  return found.map(({ id }) => id);
}
