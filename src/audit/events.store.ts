import type { AuditAction } from "./actions.ts";
import type { Sqlite } from "../state/connection.ts";
import { insertInto } from "../state/insert.ts";

/** What an operator, or the rollout engine for one, did. */
export interface AuditEvent {
  /** When it was done; `recordedAt` is later where the store could not be written then. */
  at: string;
  recordedAt?: string;
  actor: string;
  action: AuditAction;
  environment: string;
  target: string;
  reason: string;
  before: object | null;
  after: object | null;
}

const INSERT = insertInto("auditEvents", [
  "at",
  "recordedAt",
  "actor",
  "action",
  "environment",
  "target",
  "reason",
  "before",
  "after",
]);

/** Appends an event within the caller's transaction; returns its number. */
export function appendAuditEvent(sqlite: Sqlite, event: AuditEvent): number {
  const text = (state: object | null) => (state === null ? null : JSON.stringify(state));
  const { at, recordedAt = at, actor, action, environment, target, reason, before, after } = event;
  const { lastInsertRowid } = sqlite
    .prepare(INSERT)
    .run(at, recordedAt, actor, action, environment, target, reason, text(before), text(after));
  return Number(lastInsertRowid);
}
