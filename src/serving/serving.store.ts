import type { Sqlite } from "../state/connection.ts";
import type { Database } from "../state/tables.ts";

/** A version as it was published, copied whole. */
export type ReleaseRow = Database["releases"];
/** One change of what an environment serves to everybody. */
export type StableRow = Database["stables"];

export function findRelease(sqlite: Sqlite, target: string, version: string): ReleaseRow | undefined {
  return sqlite
    .prepare<[string, string], ReleaseRow>("SELECT * FROM releases WHERE target = ? AND version = ?")
    .get(target, version);
}

/** A version is immutable; one that was released before stays as it was. */
export function insertRelease(sqlite: Sqlite, row: ReleaseRow): void {
  sqlite
    .prepare(
      "INSERT INTO releases (target, version, digest, content, gitCommit, publishedBy, publishedAt, releasedAt) VALUES (@target, @version, @digest, @content, @gitCommit, @publishedBy, @publishedAt, @releasedAt) ON CONFLICT DO NOTHING",
    )
    .run(row);
}

/** What everybody is served who is not part of a rollout; undefined before the first promotion. */
export function currentStable(sqlite: Sqlite, environment: string, target: string): StableRow | undefined {
  return sqlite
    .prepare<[string, string], StableRow>(
      "SELECT * FROM stables WHERE environment = ? AND target = ? ORDER BY id DESC LIMIT 1",
    )
    .get(environment, target);
}

/** All changes, the first one first. */
export function stablesOf(sqlite: Sqlite, environment: string, target: string): StableRow[] {
  return sqlite
    .prepare<[string, string], StableRow>("SELECT * FROM stables WHERE environment = ? AND target = ? ORDER BY id")
    .all(environment, target);
}

export function insertStable(sqlite: Sqlite, row: Omit<StableRow, "id">): void {
  sqlite
    .prepare(
      "INSERT INTO stables (environment, target, version, how, rollout, at, actor, reason, auditEvent) VALUES (@environment, @target, @version, @how, @rollout, @at, @actor, @reason, @auditEvent)",
    )
    .run(row);
}

/** Every artifact of which some version was released. */
export function releasedTargets(sqlite: Sqlite): string[] {
  return sqlite.prepare<[], string>("SELECT DISTINCT target FROM releases ORDER BY target").pluck().all();
}

/** The newest first. */
export function releasesOf(sqlite: Sqlite, target: string): ReleaseRow[] {
  return sqlite
    .prepare<[string], ReleaseRow>(
      "SELECT * FROM releases WHERE target = ? ORDER BY CAST(SUBSTR(version, 2) AS INTEGER) DESC",
    )
    .all(target);
}

/** Environments in which a target is or was served, to everybody or in a rollout. */
export function environmentsOf(sqlite: Sqlite, target: string): string[] {
  return sqlite
    .prepare<[string, string], string>(
      "SELECT environment FROM stables WHERE target = ? UNION SELECT environment FROM rollouts WHERE target = ? ORDER BY 1",
    )
    .pluck()
    .all(target, target);
}
