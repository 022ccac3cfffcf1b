import type { Place } from "../core/refs.ts";
import { type Executor, firstRow, raw, rowsOf } from "../state/raw.ts";
import type { Row } from "../state/tables.ts";
import type { BadThing, ServedTarget } from "./schema.ts";

export type StableNow = Place & NonNullable<ServedTarget["stable"]>;

/** What everybody is served now, everywhere. */
export function readStables(db: Executor): Promise<StableNow[]> {
  const now =
    "SELECT environment, target, version, at AS since, actor, how FROM stables WHERE id IN (SELECT MAX(id) FROM stables GROUP BY environment, target)";
  return rowsOf(db, raw<StableNow>(now));
}

export interface LatestRollout extends Place {
  seq: number;
  id: string;
  control: string;
  candidate: string;
  phase: string;
  weight: number;
  plan: string;
  state: string;
  look: number;
  evidence: string;
  caps: string;
  createdAt: string;
  endedAt: string | null;
}

/** The newest rollout of each target, whether it is over or not. */
export function readLatestRollouts(db: Executor): Promise<LatestRollout[]> {
  const newest = `SELECT seq, id, environment, target, control, candidate, phase, weight, plan, state, look, evidence, caps, "createdAt", "endedAt" FROM rollouts WHERE seq IN (SELECT MAX(seq) FROM rollouts GROUP BY environment, target)`;
  return rowsOf(db, raw<LatestRollout>(newest));
}

type LastLook = Pick<Row<"looks">, "at" | "verdict">;

export function readLastLook(db: Executor, rollout: number): Promise<LastLook | undefined> {
  const last = "SELECT at, verdict FROM looks WHERE rollout = $1 ORDER BY look DESC LIMIT 1";
  return firstRow(db, raw<LastLook>(last, rollout));
}

export interface HourCount extends Place {
  version: string;
  hour: string;
  n: number;
  succeeded: number;
  unsafe: number;
}

/** Served requests of each version (`unknown`: nobody said which) by the hour, from the hour (`2026-11-21T10`) on. */
export function readHours(db: Executor, from: string): Promise<HourCount[]> {
  const counts =
    "SELECT environment, target, COALESCE(NULLIF(version, ''), 'unknown') AS version, hour, SUM(n) AS n, SUM(succeeded) AS succeeded, SUM(unsafe) AS unsafe FROM outcomes WHERE hour >= $1 AND shadow = 0 GROUP BY environment, target, version, hour ORDER BY environment, target, hour";
  return rowsOf(db, raw<HourCount>(counts, from));
}

/** Answers of a version in an hour (since 1970) that callers told, whether an outcome came or not. */
export interface ServedCount extends Place {
  version: string;
  hour: number;
  exposed: number;
}

/** Those of a target since a minute (of 1970), hour by hour. */
export function readServed(db: Executor, { environment, target }: Place, from: number): Promise<ServedCount[]> {
  const counts = `SELECT environment, target, version, minute / 60 AS hour, SUM(exposed) AS exposed FROM "outcomeMinutes"
    WHERE environment = $1 AND target = $2 AND minute >= $3 AND shadow = 0 GROUP BY environment, target, version, minute / 60`;
  return rowsOf(db, raw<ServedCount>(counts, environment, target, from));
}

export type Bad = Place & BadThing;

const UNSAFE = 50;

/** The last unsafe answers somebody was given, newest first. */
export function readUnsafe(db: Executor, { environment, target }: Place): Promise<Bad[]> {
  const last = `SELECT environment, target, COALESCE(NULLIF(version, ''), 'unknown') AS version, at, 'unsafe' AS what, COALESCE(breach, 'of no kind') AS why FROM observations WHERE environment = $1 AND target = $2 AND safe = 0 AND shadow = 0 ORDER BY seq DESC LIMIT ${UNSAFE}`;
  return rowsOf(db, raw<Bad>(last, environment, target));
}

/** Rollouts that ended badly or were not decided, since a moment. */
export function readSetbacks(db: Executor, since: string): Promise<Bad[]> {
  const bad = `SELECT r.environment, r.target, r.candidate AS version, t.at, t.phase AS what, a.reason AS why FROM transitions t JOIN rollouts r ON r.seq = t.rollout JOIN "auditEvents" a ON a.id = t."auditEvent" WHERE t.phase IN ('rolled-back', 'invalid', 'inconclusive') AND t.at >= $1`;
  return rowsOf(db, raw<Bad>(bad, since));
}

/** Versions that everybody was served and that a rollback left, since a moment; what a rollout brought is left by a transition of it. */
export function readLeft(db: Executor, since: string): Promise<Bad[]> {
  const before =
    "SELECT MAX(b.id) FROM stables b WHERE b.environment = s.environment AND b.target = s.target AND b.id < s.id";
  const left = `SELECT s.environment, s.target, p.version, s.at, 'rolled-back' AS what, s.reason AS why FROM stables s JOIN stables p ON p.id = (${before}) WHERE s.how = 'rollback' AND s.rollout IS NULL AND s.at >= $1`;
  return rowsOf(db, raw<Bad>(left, since));
}
