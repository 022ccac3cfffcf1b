import { type Executor, firstRow, raw, rowsOf } from "../state/raw.ts";
import type { Tx } from "../state/store.ts";
import type { Row } from "../state/tables.ts";

/** Rows a question, and a transaction. */
const PAGE = 500;
/** Rows that are looked through at a time: no index says whose they are. */
const LOOKED_AT = 20_000;

/** What an open rollout counts may be needed until it has ended. */
const COUNTED = `EXISTS (SELECT 1 FROM rollouts r WHERE r.seq = o.rollout AND r."endedAt" IS NULL)`;

type Key = Pick<Row<"outcomeDetails">, "environment" | "target" | "id">;

/** Some of the outcomes that were for a person, with their rows; those that an open rollout counts, or all others. */
export function outcomesOf(db: Executor, user: string, isCounted: boolean): Promise<(Key & { seq: number | null })[]> {
  const some = `SELECT d.environment, d.target, d.id, o.seq FROM "outcomeDetails" d
    LEFT JOIN observations o ON o.environment = d.environment AND o.target = d.target AND o.id = d.id
    WHERE d."user" = $1 AND ${isCounted ? "" : "NOT "}${COUNTED}${isCounted ? "" : ` LIMIT ${PAGE}`}`;
  return rowsOf(db, raw<Key & { seq: number | null }>(some, user));
}

export async function blankDetails(tx: Tx, { environment, target, id }: Key): Promise<void> {
  const blank = `UPDATE "outcomeDetails" SET "user" = NULL, session = NULL, "taskId" = NULL WHERE environment = $1 AND target = $2 AND id = $3`;
  await rowsOf(tx, raw(blank, environment, target, id));
}

export async function blankUnit(tx: Tx, seq: number): Promise<void> {
  await rowsOf(tx, raw("UPDATE observations SET unit = NULL WHERE seq = $1", seq));
}

/** Observations of a unit, by page; read without a lock. */
export async function* rowsOfUnit(db: Executor, unit: string): AsyncGenerator<{ seq: number; isCounted: boolean }[]> {
  const last = (await firstRow(db, raw<{ seq: number | null }>("SELECT MAX(seq) AS seq FROM observations")))?.seq ?? 0;
  const some = `SELECT o.seq, CASE WHEN ${COUNTED} THEN 1 ELSE 0 END AS counted FROM observations o WHERE o.unit = $1 AND o.seq > $2 AND o.seq <= $3`;
  for (let after = 0; after < last; after += LOOKED_AT) {
    const rows = await rowsOf(db, raw<{ seq: number; counted: number }>(some, unit, after, after + LOOKED_AT));
    if (rows.length > 0) yield rows.map(({ seq, counted }) => ({ seq, isCounted: counted === 1 }));
  }
}

/** Open outcomes that may be of a unit: its name is somewhere in what they say. */
export function openNaming(db: Executor, unit: string): Promise<Row<"openOutcomes">[]> {
  const name = JSON.stringify(unit).replaceAll(/[!%_]/g, "!$&");
  const some = `SELECT environment, target, id, fields, "knownAt" FROM "openOutcomes" WHERE fields LIKE $1 ESCAPE '!'`;
  return rowsOf(db, raw<Row<"openOutcomes">>(some, `%"unit":${name}%`));
}

/** How often a unit was served, by rollout and minute; and whether that rollout is open. */
export async function servedTo(db: Executor, unit: string) {
  const some = `SELECT e.rollout, e.minute, CASE WHEN r."endedAt" IS NULL THEN 1 ELSE 0 END AS counted FROM exposures e JOIN rollouts r ON r.seq = e.rollout WHERE e.unit = $1`;
  const rows = await rowsOf(db, raw<{ rollout: number; minute: number; counted: number }>(some, unit));
  return rows.map(({ counted, ...row }) => ({ ...row, isCounted: counted === 1 }));
}

export async function forgetServed(tx: Tx, unit: string, { rollout, minute }: { rollout: number; minute: number }) {
  await rowsOf(tx, raw("DELETE FROM exposures WHERE rollout = $1 AND minute = $2 AND unit = $3", rollout, minute, unit)); // prettier-ignore
}
