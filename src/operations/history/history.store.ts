import type { Sqlite } from "../../state/connection.ts";

export interface HistoryRow {
  id: number;
  at: string;
  actor: string;
  action: string;
  environment: string;
  target: string;
  reason: string;
  /** JSON of the state after it. */
  after: string | null;
  /** The stable version that it set. */
  serves: string | null;
}

/** Every operator change that concerns a target in an environment, the newest first; a change and its audit event are one. */
export function changesOf(sqlite: Sqlite, environment: string, target: string): HistoryRow[] {
  return sqlite
    .prepare<[string, string], HistoryRow>(
      `SELECT a.id, a.at, a.actor, a.action, a.environment, a.target, a.reason, a.after, s.version AS serves
       FROM auditEvents a LEFT JOIN stables s ON s.auditEvent = a.id
       WHERE a.environment IN (?, '*') AND a.target IN (?, 'all') AND a.action <> 'evidence.import'
       ORDER BY a.id DESC`,
    )
    .all(environment, target);
}

/** Everything an operator ever changed. */
export function auditedTargets(sqlite: Sqlite): string[] {
  return sqlite.prepare<[], string>("SELECT DISTINCT target FROM auditEvents").pluck().all();
}
