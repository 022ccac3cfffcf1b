import type { AuditRow } from "../../audit/events.store.ts";
import { type Executor, firstRow, raw, rowsOf } from "../../state/raw.ts";

/** Rows of one table that point at rows of another: no key binds them, or they are too many for one. */
const POINTERS = [
  ["units", "rollout", "rollouts", "seq"],
  ["tallies", "rollout", "rollouts", "seq"],
  ["cohortCounts", "rollout", "rollouts", "seq"],
  ["ratioCounts", "rollout", "rollouts", "seq"],
  ["pairs", "rollout", "rollouts", "seq"],
  ["pairCounts", "rollout", "rollouts", "seq"],
  ["exposures", "rollout", "rollouts", "seq"],
  ["servedMinutes", "rollout", "rollouts", "seq"],
  ["arrivals", "rollout", "rollouts", "seq"],
  ["returns", "rollout", "rollouts", "seq"],
  ["corrections", "observation", "observations", "seq"],
  ["unsettled", "observation", "observations", "seq"],
  ["transitions", "rollout", "rollouts", "seq"],
  ["transitions", "auditEvent", "auditEvents", "id"],
  ["looks", "rollout", "rollouts", "seq"],
  ["breaches", "rollout", "rollouts", "seq"],
  ["observations", "rollout", "rollouts", "seq"],
  ["stables", "auditEvent", "auditEvents", "id"],
  ["approvals", "auditEvent", "auditEvents", "id"],
] as const;

/** Rows of outcomes, be they open or observations. */
const OF_OUTCOMES = ["outcomeDetails", "outcomeNames"];
const hasNone = (table: string) =>
  `NOT EXISTS (SELECT 1 FROM "${table}" AS b WHERE b.environment = a.environment AND b.target = a.target AND b.id = a.id)`;

/** Rows that point at nothing, in words. */
export async function orphans(db: Executor): Promise<string[]> {
  const found: string[] = [];
  for (const [table, column, other, key] of POINTERS) {
    const lost = `SELECT COUNT(*) AS n FROM "${table}" AS a WHERE "${column}" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "${other}" AS b WHERE b."${key}" = a."${column}")`;
    const n = (await firstRow(db, raw<{ n: number }>(lost)))?.n ?? 0;
    if (n > 0) found.push(`${n} rows of ${table} point at ${other} that are not there (${column})`);
  }
  for (const table of OF_OUTCOMES) {
    const lost = `SELECT COUNT(*) AS n FROM "${table}" AS a WHERE ${["observations", "openOutcomes"].map(hasNone).join(" AND ")}`;
    const n = (await firstRow(db, raw<{ n: number }>(lost)))?.n ?? 0;
    if (n > 0) found.push(`${n} rows of ${table} are of outcomes that are not there`);
  }
  return found;
}

/** What only a file can be: a server checks its own pages. */
export async function fileDamage(db: Executor): Promise<string[]> {
  const found = await rowsOf(db, raw<{ integrity_check: string }>("PRAGMA integrity_check"));
  const foreign = await rowsOf(db, raw<{ table: string; parent: string }>("PRAGMA foreign_key_check"));
  return [
    ...found.map((row) => row.integrity_check).filter((text) => text !== "ok"),
    ...foreign.map(({ table, parent }) => `a row of ${table} points at nothing in ${parent}`),
  ];
}

/** Sealed events in the order of the chain, after one of them. */
export function sealedAfter(db: Executor, seq: number, limit: number): Promise<AuditRow[]> {
  const page = `SELECT "at", "recordedAt", actor, action, environment, target, reason, before, after, "traceId", "taskId", authenticated, rules, via, seq, prev, hash FROM "auditEvents" WHERE seq > $1 ORDER BY seq LIMIT ${limit}`;
  return rowsOf(db, raw<AuditRow>(page, seq));
}

export async function countEvents(db: Executor): Promise<{ total: number; unsealed: number }> {
  const counts = `SELECT COUNT(*) AS total, COALESCE(SUM(CASE WHEN hash IS NULL THEN 1 ELSE 0 END), 0) AS unsealed FROM "auditEvents"`;
  return (await firstRow(db, raw<{ total: number; unsealed: number }>(counts))) ?? { total: 0, unsealed: 0 };
}
