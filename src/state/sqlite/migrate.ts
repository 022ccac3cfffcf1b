import type BetterSqlite3 from "better-sqlite3";
import {
  type Applied,
  migrationAfter,
  MIGRATIONS_TABLE,
  refuseNewer,
  SCHEMA_VERSION,
  SQLITE_ONLY,
} from "../migrations/migrations.ts";

type Sqlite = BetterSqlite3.Database;

const TYPES = {
  text: "TEXT",
  integer: "INTEGER",
  real: "REAL",
  bytes: "BLOB",
  numbered: "INTEGER PRIMARY KEY",
  keyed: " STRICT, WITHOUT ROWID",
};

/**
 * Brings a store up to date, one transaction a migration; a new one is made whole or not at all. The write lock is taken before the version is read, so two
 * processes cannot both apply one. Refuses a store that a newer agentops changed in a way this one does not understand.
 *
 * `user_version` counts the first four migrations and then only goes on to a breaking one: releases from before there were two kinds refuse a
 * larger number, and need not refuse an additive one.
 */
export function migrate(sqlite: Sqlite): void {
  if (versionOf(sqlite) === 0) sqlite.transaction(applyAll).immediate(sqlite);
  while (versionOf(sqlite) < SCHEMA_VERSION) sqlite.transaction(applyNext).immediate(sqlite);
}

/** Another process may have made it while this one waited for the lock. */
function applyAll(sqlite: Sqlite): void {
  while (versionOf(sqlite) < SCHEMA_VERSION) applyNext(sqlite);
}

function applyNext(sqlite: Sqlite): void {
  const version = versionOf(sqlite);
  if (version < SQLITE_ONLY.length) {
    sqlite.exec(SQLITE_ONLY[version] ?? "");
    sqlite.pragma(`user_version = ${version + 1}`);
    return;
  }
  const next = migrationAfter(version);
  if (next === undefined) return;
  if (version === SQLITE_ONLY.length) sqlite.exec(strict(MIGRATIONS_TABLE(TYPES)));
  sqlite.exec(strict(next.tables(TYPES)));
  sqlite.exec(next.sqlite);
  const number = version + 1;
  sqlite
    .prepare("INSERT INTO migrations (number, kind, at) VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))")
    .run(number, next.kind);
  if (next.kind === "breaking") sqlite.pragma(`user_version = ${number}`);
}

/** The `user_version` of a file that was copied to a server: releases from before there were servers refuse it as one that is newer. */
export const MOVED = 1_000_000;

/** How many migrations the store has had. Throws STORE_NEWER. */
export function versionOf(sqlite: Sqlite): number {
  const applied = appliedTo(sqlite);
  refuseNewer(applied);
  return Math.max(0, ...applied.map(({ number }) => number));
}

function appliedTo(sqlite: Sqlite): Applied[] {
  const found = sqlite.pragma("user_version", { simple: true }) as number;
  const number = found === MOVED ? SQLITE_ONLY.length : found;
  const counted: Applied[] = [{ number, kind: "breaking" }];
  const listed = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'").get();
  if (listed === undefined) return counted;
  return [...counted, ...sqlite.prepare<[], Applied>("SELECT number, kind FROM migrations ORDER BY number").all()];
}

/** Each table says what it takes, as those before it do. */
function strict(sql: string): string {
  return sql.replaceAll("\n);", "\n) STRICT;");
}
