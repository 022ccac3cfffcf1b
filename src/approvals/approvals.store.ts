import type { Sqlite } from "../state/connection.ts";
import type { Database } from "../state/tables.ts";

export type ApprovalRow = Omit<Database["approvals"], "id">;

type Content = Pick<ApprovalRow, "environment" | "target" | "version" | "digest">;

export function insertApproval(sqlite: Sqlite, row: ApprovalRow): void {
  sqlite
    .prepare(
      "INSERT INTO approvals (environment, target, version, digest, actor, reason, at, auditEvent) VALUES (@environment, @target, @version, @digest, @actor, @reason, @at, @auditEvent)",
    )
    .run(row);
}

/** Of exactly this content, the first one first. */
export function approvalsFor(sqlite: Sqlite, { environment, target, version, digest }: Content): ApprovalRow[] {
  return sqlite
    .prepare<[string, string, string, string], ApprovalRow>(
      "SELECT environment, target, version, digest, actor, reason, at, auditEvent FROM approvals WHERE environment = ? AND target = ? AND version = ? AND digest = ? ORDER BY id",
    )
    .all(environment, target, version, digest);
}

/** In an environment, the newest first; of some targets only, when they are given. */
export function listApprovals(sqlite: Sqlite, environment: string, targets?: readonly string[]): ApprovalRow[] {
  const all = sqlite
    .prepare<[string], ApprovalRow>(
      "SELECT environment, target, version, digest, actor, reason, at, auditEvent FROM approvals WHERE environment = ? ORDER BY id DESC",
    )
    .all(environment);
  return targets === undefined ? all : all.filter(({ target }) => targets.includes(target));
}
