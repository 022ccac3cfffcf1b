import { appendAuditEvent } from "../audit/events.store.ts";
import { insertInto } from "../state/insert.ts";
import { type Executor, firstRow, raw, rowsOf } from "../state/raw.ts";
import type { Kill, Latch } from "./latch.ts";

/** For whoever reads without waiting. */
export const KILLS = raw<Kill>("SELECT environment, target, actor, reason, at FROM kills ORDER BY environment, target");

const INSERT = insertInto("kills", ["environment", "target", "actor", "reason", "at"]);

/** Kills in force. */
export function readKills(db: Executor): Promise<Kill[]> {
  return rowsOf(db, KILLS);
}

export function findKill(db: Executor, { environment, target }: Latch): Promise<Kill | undefined> {
  const one = "SELECT environment, target, actor, reason, at FROM kills WHERE environment = $1 AND target = $2";
  return firstRow(db, raw<Kill>(one, environment, target));
}

/** Whether that very kill was recorded once: one that is not in force any more was revived. */
export async function wasRecorded(db: Executor, { environment, target, actor, at }: Kill): Promise<boolean> {
  const one = `SELECT 1 AS found FROM "auditEvents" WHERE action = 'kill' AND environment = $1 AND target = $2 AND at = $3 AND actor = $4 LIMIT 1`;
  return (await firstRow(db, raw<{ found: number }>(one, environment, target, at, actor))) !== undefined;
}

/** The switch and its audit event; the caller's transaction makes them one. */
export async function insertKill(tx: Executor, kill: Kill, recordedAt: string): Promise<void> {
  const { environment, target, actor, reason, at } = kill;
  await tx.executeQuery(raw(INSERT, environment, target, actor, reason, at));
  await audit(tx, "kill", kill, recordedAt, { before: null, after: { actor, at, reason } });
}

/** The reason of a kill in force that had none. */
export async function explainKill(tx: Executor, kill: Kill, given: Kill): Promise<void> {
  const { environment, target, actor, reason, at } = kill;
  const set = "UPDATE kills SET reason = $1 WHERE environment = $2 AND target = $3";
  await tx.executeQuery(raw(set, given.reason, environment, target));
  const states = { before: { actor, at, reason }, after: { actor, at, reason: given.reason } };
  await audit(tx, "kill.reason", given, given.at, states);
}

/** The same for the way back: `revival` says who, why and when. */
export async function deleteKill(tx: Executor, kill: Kill, revival: Kill): Promise<void> {
  const { environment, target, actor, reason, at } = kill;
  await tx.executeQuery(raw("DELETE FROM kills WHERE environment = $1 AND target = $2", environment, target));
  await audit(tx, "revive", revival, revival.at, { before: { actor, at, reason }, after: null });
}

async function audit(
  tx: Executor,
  action: "kill" | "kill.reason" | "revive",
  { at, actor, environment, target, reason }: Kill,
  recordedAt: string,
  states: { before: object | null; after: object | null },
): Promise<void> {
  await appendAuditEvent(tx, { at, recordedAt, actor, action, environment, target, reason, ...states });
}
