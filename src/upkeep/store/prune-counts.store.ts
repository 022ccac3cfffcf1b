import { forgetDetails } from "../../observations/details.store.ts";
import { forgetOpen } from "../../observations/outcomes.store.ts";
import { openFrom } from "../../observations/rows.ts";
import { type Executor, firstRow, raw, rowsOf, type Value } from "../../state/raw.ts";
import { sharedTable } from "../../state/shared.ts";
import type { Row } from "../../state/tables.ts";
import type { Tx } from "../../state/store.ts";

type Counted =
  | "exposures"
  | "pairs"
  | "servedMinutes"
  | "unsettled"
  | "exposureTokens"
  | "exposureSources"
  | "outcomeMinutes"
  | "delays";

/** Of rollouts that ended before a time; not by IN, for which SQLite reads all rows of a rollout in place of a page. */
const ENDED = (table: string) => (before: string) =>
  `EXISTS (SELECT 1 FROM rollouts r WHERE r.seq = "${table}".rollout AND r."endedAt" < ${before})`;
/** An open rollout may count a repeat, or correct what is summed here. */
const NOT_OPEN = (table: string) =>
  `NOT EXISTS (SELECT 1 FROM rollouts r WHERE r.environment = "${table}".environment AND r.target = "${table}".target AND r."endedAt" IS NULL)`;

/** What may go of each table, by a parameter, and that parameter for a time. */
const OLD: Record<Counted, { where: (parameter: string) => string; of: (before: string) => Value }> = {
  exposures: { where: ENDED("exposures"), of: (before) => before },
  pairs: { where: ENDED("pairs"), of: (before) => before },
  servedMinutes: { where: ENDED("servedMinutes"), of: (before) => before },
  unsettled: { where: ENDED("unsettled"), of: (before) => before },
  exposureTokens: { where: (p) => `minute < ${p} AND ${NOT_OPEN("exposureTokens")}`, of: minuteBefore },
  exposureSources: { where: (p) => `at < ${p}`, of: (before) => before },
  outcomeMinutes: { where: (p) => `minute < ${p} AND ${NOT_OPEN("outcomeMinutes")}`, of: minuteBefore },
  delays: { where: (p) => `day < ${p} AND ${NOT_OPEN("delays")}`, of: (before) => before.slice(0, 10) },
};

export const PRUNED_COUNTS = Object.keys(OLD) as Counted[];

function minuteBefore(before: string): number {
  return Math.floor(Date.parse(before) / 60_000);
}

export async function countOld(db: Executor, table: Counted, before: string): Promise<number> {
  const { where, of } = OLD[table];
  const count = `SELECT COUNT(*) AS n FROM "${table}" WHERE ${where("$1")}`;
  return (await firstRow(db, raw<{ n: number }>(count, of(before))))?.n ?? 0;
}

/** Rows of a table in the order of their keys: those after one up to another; null: from the first, to the last. */
export interface Page {
  after: readonly Value[] | null;
  to: readonly Value[] | null;
}

/** The page after a key; read without a lock, so that a transaction need not look for what is old among what is not. */
export async function pageAfter(
  db: Executor,
  table: Counted | "openOutcomes",
  after: readonly Value[] | null,
  most: number,
): Promise<Page> {
  const { key } = sharedTable(table);
  const [from, values] = rangeOf(key, { after, to: null });
  const last = `SELECT ${list(key)} FROM "${table}" WHERE ${from} ORDER BY ${list(key)} LIMIT 1 OFFSET ${most - 1}`;
  const row = await firstRow(db, raw<Record<string, Value>>(last, ...values));
  return { after, to: row === undefined ? null : key.map((column) => row[column] ?? null) };
}

/** Deletes what may go of a page; how many. */
export async function deleteOld(tx: Tx, table: Counted, page: Page, before: string): Promise<number> {
  const { where, of } = OLD[table];
  const [range, values] = rangeOf(sharedTable(table).key, page);
  const some = `DELETE FROM "${table}" WHERE ${range} AND ${where(`$${values.length + 1}`)} RETURNING 1 AS one`;
  return (await rowsOf(tx, raw(some, ...values, of(before)))).length;
}

/** Of a page of outcomes of which nobody said whether they were a success, those of which nothing came since a time; how many. */
export async function deleteOldOpen(tx: Tx, page: Page, before: string): Promise<number> {
  const old = await oldOpen(tx, page, before);
  for (const { environment, target, id } of old) {
    await forgetOpen(tx, { environment, target, ids: [id] });
    await forgetDetails(tx, { environment, target, ids: [id] });
  }
  return old.length;
}

/** Those of all targets that no open rollout is of. */
export async function oldOpen(db: Executor, page: Page, before: string): Promise<Row<"openOutcomes">[]> {
  const [range, values] = rangeOf(sharedTable("openOutcomes").key, page);
  const some = `SELECT environment, target, id, fields, "knownAt" FROM "openOutcomes" WHERE ${range} AND ${NOT_OPEN("openOutcomes")}`;
  const rows = await rowsOf(db, raw<Row<"openOutcomes">>(some, ...values));
  return rows.filter((row) => {
    const { knownAt, servedAt } = openFrom(row);
    return [servedAt, ...Object.values(knownAt)].every((at) => at < before);
  });
}

function rangeOf(key: readonly string[], { after, to }: Page): [string, Value[]] {
  const values = [...(after ?? []), ...(to ?? [])];
  const places = (from: number) => key.map((_, i) => `$${from + i + 1}`).join(", ");
  const parts = [
    ...(after === null ? [] : [`(${list(key)}) > (${places(0)})`]),
    ...(to === null ? [] : [`(${list(key)}) <= (${places(after?.length ?? 0)})`]),
  ];
  return [parts.length === 0 ? "1 = 1" : parts.join(" AND "), values];
}

function list(key: readonly string[]): string {
  return key.map((column) => `"${column}"`).join(", ");
}
