import type { Db } from "../../state/store.ts";

export interface HistoryRow {
  id: number;
  at: string;
  actor: string;
  via: string | null;
  /** How it is known that it was the actor; null where somebody just said so. */
  authenticated: string | null;
  action: string;
  environment: string;
  target: string;
  reason: string;
  /** JSON of the state after it. */
  after: string | null;
  /** JSON of the rules that decided. */
  rules: string | null;
  /** The stable version that it set. */
  serves: string | null;
}

/** Every operator change that concerns a target in an environment, the newest first; a change and its audit event are one. */
export function changesOf(db: Db, environment: string, target: string): Promise<HistoryRow[]> {
  return db
    .selectFrom("auditEvents as a")
    .leftJoin("stables as s", "s.auditEvent", "a.id")
    .select([
      "a.id",
      "a.at",
      "a.actor",
      "a.via",
      "a.authenticated",
      "a.action",
      "a.environment",
      "a.target",
      "a.reason",
      "a.after",
      "a.rules",
    ])
    .select("s.version as serves")
    .where("a.environment", "in", [environment, "*"])
    .where("a.target", "in", [target, "all"])
    .where("a.action", "<>", "evidence.import")
    .orderBy("a.id", "desc")
    .execute();
}

/** Everything an operator ever changed. */
export async function auditedTargets(db: Db): Promise<string[]> {
  const rows = await db.selectFrom("auditEvents").select("target").distinct().execute();
  return rows.map(({ target }) => target);
}
