import { batchInto } from "../state/batch.ts";
import { type Executor, firstRow, raw, rowsOf } from "../state/raw.ts";
import type { Row } from "../state/tables.ts";

export const insertUnsettled = batchInto("unsettled", {
  columns: ["rollout", "minute", "observation", "weight", "exposure"],
  key: ["rollout", "minute", "observation"],
  onConflict: "keep",
});

/** What is known by now of an outcome that waits, and when it was served. */
export type Waiting = Pick<
  Row<"observations">,
  "seq" | "id" | "version" | "unit" | "success" | "latencyMs" | "costUsd" | "safe" | "shadow"
> & { weight: number | null; exposure: string | null; served: string };

/** The first minute before `until` in which something waits, or something was served of which the missing counts; undefined: none. */
export async function firstMinute(
  db: Executor,
  seq: number,
  { from, until, missing }: { from: number; until: number; missing: boolean },
): Promise<number | undefined> {
  const waits = "SELECT MIN(minute) AS minute FROM unsettled WHERE rollout = $1 AND minute < $2";
  const served = "SELECT MIN(minute) AS minute FROM exposures WHERE rollout = $1 AND minute >= $2 AND minute < $3";
  const minutes = [
    (await firstRow(db, raw<{ minute: number | null }>(waits, seq, until)))?.minute ?? Infinity,
    missing ? ((await firstRow(db, raw<{ minute: number | null }>(served, seq, from, until)))?.minute ?? Infinity) : Infinity, // prettier-ignore
  ];
  const first = Math.min(...minutes.map(Number));
  return first === Infinity ? undefined : first;
}

/** A page of what waits in a minute, by when it was served, so that the order in which it was reported changes nothing. */
export function waitingIn(
  db: Executor,
  { seq, minute, after, limit }: { seq: number; minute: number; after: Waiting | undefined; limit: number },
): Promise<Waiting[]> {
  const page = `SELECT o.seq, o.id, o.version, o.unit, o.success, o."latencyMs", o."costUsd", o.safe, o.shadow, u.weight, u.exposure, COALESCE(o."servedAt", o.at) AS served
    FROM unsettled u JOIN observations o ON o.seq = u.observation
    WHERE u.rollout = $1 AND u.minute = $2 AND (COALESCE(o."servedAt", o.at), o.id) > ($3, $4)
    ORDER BY served, o.id LIMIT $5`;
  return rowsOf(db, raw<Waiting>(page, seq, minute, after?.served ?? "", after?.id ?? "", limit));
}

/** Who was served which arm in a minute, at which weight. */
export interface Served {
  unit: string;
  arm: "control" | "candidate";
  weight: number;
}

/** A page of those. */
export function servedIn(
  db: Executor,
  { seq, minute, after, limit }: { seq: number; minute: number; after: Served | undefined; limit: number },
): Promise<Served[]> {
  const page = `SELECT unit, arm, weight FROM exposures WHERE rollout = $1 AND minute = $2 AND (weight, unit, arm) > ($3, $4, $5)
    ORDER BY weight, unit, arm LIMIT $6`;
  return rowsOf(db, raw<Served>(page, seq, minute, after?.weight ?? 0, after?.unit ?? "", after?.arm ?? "", limit));
}

/** A unit that was served in a minute more often than outcomes of it are known; `unit` is empty where nobody named it. */
export interface Missing {
  unit: string;
  arm: "control" | "candidate";
  weight: number;
  n: number;
}

/** A page of those. */
export function missingIn(
  db: Executor,
  { seq, minute, candidate }: { seq: number; minute: number; candidate: string },
  { after, limit }: { after: Missing | undefined; limit: number },
): Promise<Missing[]> {
  const page = `SELECT e.unit, e.arm, e.weight, e.n - COALESCE(k.n, 0) AS n
    FROM (SELECT unit, arm, MAX(weight) AS weight, SUM(n) AS n FROM exposures WHERE rollout = $1 AND minute = $2 GROUP BY unit, arm) e
    LEFT JOIN (
      SELECT COALESCE(o.unit, '') AS unit, CASE WHEN o.version = $3 THEN 'candidate' ELSE 'control' END AS arm, COUNT(*) AS n
      FROM unsettled u JOIN observations o ON o.seq = u.observation
      WHERE u.rollout = $4 AND u.minute = $5 AND o.shadow = 0 GROUP BY 1, 2
    ) k ON k.unit = e.unit AND k.arm = e.arm
    WHERE e.n > COALESCE(k.n, 0) AND (e.unit, e.arm) > ($6, $7)
    ORDER BY e.unit, e.arm LIMIT $8`;
  const [unit, arm] = [after?.unit ?? "", after?.arm ?? ""];
  return rowsOf(db, raw<Missing>(page, seq, minute, candidate, seq, minute, unit, arm, limit));
}

export async function dropMinute(db: Executor, seq: number, minute: number): Promise<void> {
  await db.executeQuery(raw("DELETE FROM unsettled WHERE rollout = $1 AND minute = $2", seq, minute));
}

export async function setSettledTo(db: Executor, seq: number, minute: number): Promise<void> {
  await db.executeQuery(raw('UPDATE rollouts SET "settledTo" = $1 WHERE seq = $2', minute, seq));
}

/** So many outcomes came after theirs had been counted. */
export async function addCorrectedAfter(db: Executor, seq: number, n: number): Promise<void> {
  await db.executeQuery(raw('UPDATE rollouts SET "correctedAfter" = "correctedAfter" + $1 WHERE seq = $2', n, seq));
}

/** So many answers of each arm settled without an outcome, and count as failures. */
export async function addAssumed(
  db: Executor,
  seq: number,
  { control, candidate }: Record<Missing["arm"], number>,
): Promise<void> {
  const add = `UPDATE rollouts SET "assumedControl" = "assumedControl" + $1, "assumedCandidate" = "assumedCandidate" + $2 WHERE seq = $3`;
  await db.executeQuery(raw(add, control, candidate, seq));
}

/** So many outcomes were of a version that somebody asked for by name. */
export async function addForced(db: Executor, seq: number, n: number): Promise<void> {
  await db.executeQuery(raw("UPDATE rollouts SET forced = forced + $1 WHERE seq = $2", n, seq));
}

/** Values of the control that were served before a moment, in the order they were reported: what a cap is made of. */
export async function settledValues(
  db: Executor,
  metric: "latencyMs" | "costUsd",
  { seq, control, before, limit }: { seq: number; control: string; before: string; limit: number },
): Promise<number[]> {
  const values = `SELECT "${metric}" AS value FROM observations WHERE rollout = $1 AND version = $2 AND shadow = 0 AND "${metric}" IS NOT NULL
    AND COALESCE("servedAt", at) < $3 ORDER BY COALESCE("servedAt", at), id LIMIT $4`;
  return (await rowsOf(db, raw<{ value: number }>(values, seq, control, before, limit))).map(({ value }) => value);
}
