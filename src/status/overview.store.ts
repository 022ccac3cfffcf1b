import type { Place } from "../core/refs.ts";
import type { Sqlite } from "../state/connection.ts";
import type { BadThing, ServedTarget } from "./schema.ts";

export type StableNow = Place & NonNullable<ServedTarget["stable"]>;

/** What everybody is served now, everywhere. */
export function readStables(sqlite: Sqlite): StableNow[] {
  return sqlite
    .prepare<[], StableNow>(
      // The other columns are those of the row with the largest id (https://sqlite.org/lang_select.html#bareagg).
      "SELECT environment, target, version, at AS since, actor, how FROM (SELECT MAX(id), * FROM stables GROUP BY environment, target)",
    )
    .all();
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
  createdAt: string;
  endedAt: string | null;
}

/** The newest rollout of each target, whether it is over or not. */
export function readLatestRollouts(sqlite: Sqlite): LatestRollout[] {
  return sqlite
    .prepare<[], LatestRollout>(
      "SELECT seq, id, environment, target, control, candidate, phase, weight, plan, state, createdAt, endedAt FROM rollouts WHERE seq IN (SELECT MAX(seq) FROM rollouts GROUP BY environment, target)",
    )
    .all();
}

export function readLastLook(sqlite: Sqlite, rollout: number) {
  return sqlite
    .prepare<[number], { at: string; verdict: string; analysis: string }>(
      "SELECT at, verdict, analysis FROM looks WHERE rollout = ? ORDER BY look DESC LIMIT 1",
    )
    .get(rollout);
}

export interface HourCount extends Place {
  hour: string;
  n: number;
  succeeded: number;
  unsafe: number;
}

/** Served requests by the hour, from the hour (`2026-11-21T10`) on. */
export function readHours(sqlite: Sqlite, from: string): HourCount[] {
  return sqlite
    .prepare<[string], HourCount>(
      "SELECT environment, target, hour, SUM(n) AS n, SUM(succeeded) AS succeeded, SUM(unsafe) AS unsafe FROM outcomes WHERE hour >= ? AND shadow = 0 GROUP BY environment, target, hour",
    )
    .all(from);
}

export type Bad = Place & BadThing;

const UNSAFE = 50;

/** The last unsafe answers somebody was given, newest first. */
export function readUnsafe(sqlite: Sqlite, { environment, target }: Place): Bad[] {
  return sqlite
    .prepare<[string, string], Bad>(
      `SELECT environment, target, version, at, 'unsafe' AS what, COALESCE(breach, 'of no kind') AS why FROM observations WHERE environment = ? AND target = ? AND safe = 0 AND shadow = 0 ORDER BY seq DESC LIMIT ${UNSAFE}`,
    )
    .all(environment, target);
}

/** Rollouts that ended badly or were not decided, since a moment. */
export function readSetbacks(sqlite: Sqlite, since: string): Bad[] {
  return sqlite
    .prepare<[string], Bad>(
      "SELECT r.environment, r.target, r.candidate AS version, t.at, t.phase AS what, a.reason AS why FROM transitions t JOIN rollouts r ON r.seq = t.rollout JOIN auditEvents a ON a.id = t.auditEvent WHERE t.phase IN ('rolled-back', 'invalid', 'inconclusive') AND t.at >= ?",
    )
    .all(since);
}
