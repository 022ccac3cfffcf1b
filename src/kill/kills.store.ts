import { hasTable, type Sqlite } from "../state/connection.ts";
import { appendAuditEvent } from "../audit/events.store.ts";
import type { Kill, Latch } from "./latch.ts";

/** Kills in force; none in a store from before there were any. Throws what SQLite throws. */
export function readKills(sqlite: Sqlite): Kill[] {
  if (!hasTable(sqlite, "kills")) return [];
  return sqlite
    .prepare<[], Kill>("SELECT environment, target, actor, reason, at FROM kills ORDER BY environment, target")
    .all();
}

export function findKill(sqlite: Sqlite, { environment, target }: Latch): Kill | undefined {
  return sqlite
    .prepare<[string, string], Kill>(
      "SELECT environment, target, actor, reason, at FROM kills WHERE environment = ? AND target = ?",
    )
    .get(environment, target);
}

/** The switch and its audit event; the caller's transaction makes them one. */
export function insertKill(sqlite: Sqlite, kill: Kill, recordedAt: string): void {
  const { environment, target, actor, reason, at } = kill;
  sqlite
    .prepare("INSERT INTO kills (environment, target, actor, reason, at) VALUES (?, ?, ?, ?, ?)")
    .run(environment, target, actor, reason, at);
  audit(sqlite, "kill", kill, recordedAt, { before: null, after: { actor, at, reason } });
}

/** The same for the way back: `revival` says who, why and when. */
export function deleteKill(sqlite: Sqlite, kill: Kill, revival: Kill): void {
  const { environment, target, actor, reason, at } = kill;
  sqlite.prepare("DELETE FROM kills WHERE environment = ? AND target = ?").run(environment, target);
  audit(sqlite, "revive", revival, revival.at, { before: { actor, at, reason }, after: null });
}

function audit(
  sqlite: Sqlite,
  action: "kill" | "revive",
  { at, actor, environment, target, reason }: Kill,
  recordedAt: string,
  states: { before: object | null; after: object | null },
): void {
  appendAuditEvent(sqlite, { at, recordedAt, actor, action, environment, target, reason, ...states });
}
