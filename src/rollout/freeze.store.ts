import { type Executor, firstRow, raw, rowsOf } from "../state/raw.ts";

/** What forbids to release anything, and to climb, in an environment; set by a person for a time. */
export interface Frozen {
  actor: string;
  /** Nobody signs a freeze. */
  authenticated: false;
  reason: string;
  /** ISO 8601. */
  at: string;
  until: string;
}

/** The freeze in force; null where there is none, it was lifted, or its time is over. The newest order counts. */
export async function frozenNow(db: Executor, environment: string, now: string): Promise<Frozen | null> {
  const newest = `SELECT action, actor, reason, at, after FROM "auditEvents" WHERE environment = $1 AND target = 'all' AND action IN ('freeze', 'unfreeze') ORDER BY id DESC LIMIT 1`;
  const row = await firstRow(db, raw<OrderRow>(newest, environment));
  return row === undefined ? null : inForce(row, now);
}

/** The same of every environment. */
export async function frozenEverywhere(db: Executor, now: string): Promise<(Frozen & { environment: string })[]> {
  const newest = `SELECT environment, action, actor, reason, at, after FROM "auditEvents" WHERE id IN
    (SELECT MAX(id) FROM "auditEvents" WHERE target = 'all' AND action IN ('freeze', 'unfreeze') GROUP BY environment) ORDER BY environment`;
  const rows = await rowsOf(db, raw<OrderRow & { environment: string }>(newest));
  return rows.flatMap(({ environment, ...row }) => {
    const frozen = inForce(row, now);
    return frozen === null ? [] : [{ environment, ...frozen }];
  });
}

interface OrderRow {
  action: string;
  actor: string;
  reason: string;
  at: string;
  after: string | null;
}

function inForce({ action, actor, reason, at, after }: OrderRow, now: string): Frozen | null {
  if (action !== "freeze") return null;
  const { until } = JSON.parse(after ?? "{}") as { until: string };
  return until > now ? { actor, authenticated: false, reason, at, until } : null;
}
