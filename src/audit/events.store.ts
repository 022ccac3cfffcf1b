import { createHash } from "node:crypto";
import { insertInto } from "../state/insert.ts";
import { type Executor, firstRow, raw } from "../state/raw.ts";
import type { Row } from "../state/tables.ts";
import type { AuditAction } from "./actions.ts";

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
  /** Which rules decided. */
  rules?: object;
  /** How it is known that it was the actor; absent where somebody just said so. */
  authenticated?: string;
  /** What did it for nobody in particular: `sdk`, `observe`, `advance`, `watch`. */
  via?: string;
}

/** An event as stored; its number is the store's own. */
export type AuditRow = Omit<Row<"auditEvents">, "id">;

const COLUMNS = [
  "at", "recordedAt", "actor", "action", "environment", "target", "reason", "before", "after", "traceId", "taskId", "authenticated", "rules",
  "via", "seq", "prev", "hash",
] as const satisfies readonly (keyof AuditRow)[]; // prettier-ignore

const INSERT = `${insertInto("auditEvents", COLUMNS)} RETURNING id`;

/** Appends an event within the caller's transaction, which holds the lock of the operators, and seals it; returns its number. */
export async function appendAuditEvent(tx: Executor, event: AuditEvent): Promise<number> {
  const last = await lastLink(tx);
  const row = rowOf(event, (last?.seq ?? 0) + 1, last?.hash ?? null);
  const inserted = await firstRow(tx, raw<{ id: number }>(INSERT, ...COLUMNS.map((column) => row[column])));
  return inserted?.id ?? 0;
}

/** A place in the chain of events. */
export interface Link {
  seq: number;
  hash: string;
}

/** The newest event of the chain; undefined before the first. */
export function lastLink(db: Executor): Promise<Link | undefined> {
  return firstRow(db, LAST_SEALED);
}

/** Whether an event that was there is there still: what an older copy, or another history, does not know. */
export async function hasLink(db: Executor, { seq, hash }: Link): Promise<boolean> {
  const query = raw<{ seq: number }>(`SELECT seq FROM "auditEvents" WHERE seq = $1 AND hash = $2`, seq, hash);
  return (await firstRow(db, query)) !== undefined;
}

const LAST_SEALED = raw<Link>(`SELECT seq, hash FROM "auditEvents" WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1`);

function rowOf(event: AuditEvent, seq: number, prev: string | null): AuditRow {
  const text = (state: object | null) => (state === null ? null : JSON.stringify(state));
  const { at, recordedAt = at, actor, action, environment, target, reason, before, after, rules = null } = event;
  const { via = null, authenticated = null } = event;
  const said = { at, recordedAt, actor, action, environment, target, reason, before: text(before), after: text(after) };
  const row = { ...said, traceId: null, taskId: null, authenticated, rules: text(rules), via, seq, prev };
  return { ...row, hash: hashOf(row) };
}

/** SHA-256, hex, over the canonical JSON of an event and of the hash before it; `before` and `after` are texts in it. */
export function hashOf(row: Omit<AuditRow, "hash">): string {
  // Keys in order: what RFC 8785 makes of texts and whole numbers, without its library.
  const { action, actor, after, at, authenticated, before, environment, prev, reason, recordedAt, rules } = row;
  const { seq, target, taskId, traceId, via } = row;
  // prettier-ignore
  const canonical = JSON.stringify({ action, actor, after, at, authenticated, before, environment, prev, reason, recordedAt, rules, seq, target, taskId, traceId, via });
  return createHash("sha256").update(canonical).digest("hex");
}
