import type { Sqlite } from "../state/connection.ts";

/** What an operator, or the rollout engine for one, did. */
export interface AuditEvent {
  /** When it was done; `recordedAt` is later where the store could not be written then. */
  at: string;
  recordedAt?: string;
  actor: string;
  /** `kill`, `rollout.start`, `promote` … */
  action: string;
  environment: string;
  target: string;
  reason: string;
  before: object | null;
  after: object | null;
}

/** Appends an event within the caller's transaction; returns its number. */
export function appendAuditEvent(sqlite: Sqlite, event: AuditEvent): number {
  const text = (state: object | null) => (state === null ? null : JSON.stringify(state));
  const { at, recordedAt = at, actor, action, environment, target, reason, before, after } = event;
  const { lastInsertRowid } = sqlite
    .prepare(
      "INSERT INTO auditEvents (at, recordedAt, actor, action, environment, target, reason, before, after) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .run(at, recordedAt, actor, action, environment, target, reason, text(before), text(after));
  return Number(lastInsertRowid);
}
