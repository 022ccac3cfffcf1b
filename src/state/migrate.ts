import type BetterSqlite3 from "better-sqlite3";
import { AgentopsError } from "../core/errors.ts";
import { sql as runs } from "./migrations/001-runs.ts";
import { sql as calibrations } from "./migrations/002-calibrations.ts";
import { sql as kills } from "./migrations/003-kills.ts";
import { sql as rollouts } from "./migrations/004-rollouts.ts";

/** Numbered from 1 by position; a released one is never edited. */
const MIGRATIONS: readonly string[] = [runs, calibrations, kills, rollouts];

const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings a store up to date, one transaction a migration. The write lock is taken before the version is read, so two
 * processes cannot both apply one. Refuses a store that a newer agentops wrote.
 */
export function migrate(sqlite: BetterSqlite3.Database): void {
  refuseNewer(versionOf(sqlite));
  while (versionOf(sqlite) < SCHEMA_VERSION) applyNext(sqlite);
}

function applyNext(sqlite: BetterSqlite3.Database): void {
  sqlite
    .transaction(() => {
      const current = versionOf(sqlite);
      refuseNewer(current);
      const next = MIGRATIONS[current];
      if (next === undefined) return;
      sqlite.exec(next);
      sqlite.pragma(`user_version = ${current + 1}`);
    })
    .immediate();
}

function versionOf(sqlite: BetterSqlite3.Database): number {
  return sqlite.pragma("user_version", { simple: true }) as number;
}

function refuseNewer(found: number): void {
  if (found <= SCHEMA_VERSION) return;
  throw new AgentopsError("STORE_NEWER", `the store has schema ${found}, this agentops knows ${SCHEMA_VERSION}`, {
    hint: "a newer agentops wrote it: npm i agentops@latest",
  });
}
