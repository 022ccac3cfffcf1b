import type { Db } from "../state/store.ts";
import type { RolloutPlan } from "../rollout/schema.ts";

/** A change that ended a rollout, or left it to a person, by a turn that nobody asked for. */
export interface EndRow {
  rollout: string;
  /** Which change of the rollout it is. */
  change: number;
  target: string;
  control: string;
  candidate: string;
  plan: RolloutPlan;
  phase: string;
  at: string;
  reason: string;
  via: string | null;
}

const ENDS = ["rolled-back", "invalid", "promoted", "inconclusive"];

/** Ends in an environment since a moment, of rollouts with somebody to tell. */
export async function endsSince(db: Db, environment: string, since: string): Promise<EndRow[]> {
  const rows = await db
    .selectFrom("transitions as t")
    .innerJoin("rollouts as r", "r.seq", "t.rollout")
    .innerJoin("auditEvents as a", "a.id", "t.auditEvent")
    .select(["r.id as rollout", "t.seq as change", "r.target", "r.control", "r.candidate", "r.plan"])
    .select(["t.phase", "t.at", "a.reason", "a.via"])
    .where("r.environment", "=", environment)
    .where("a.action", "=", "rollout.look")
    .where("t.phase", "in", ENDS)
    .where("t.at", ">=", since)
    .orderBy("a.id")
    .execute();
  return rows
    .map((row) => ({ ...row, plan: JSON.parse(row.plan) as RolloutPlan }))
    .filter(({ plan }) => (plan.notify ?? []).length > 0);
}

/** What is recorded of telling somebody. */
export interface Told {
  rollout: string;
  change: number;
  channel: string;
  sent: boolean;
  error: string | null;
}

/** What was recorded of telling about a target, since a moment. */
export async function toldSince(db: Db, environment: string, target: string, since: string): Promise<Told[]> {
  const rows = await db
    .selectFrom("auditEvents")
    .select("after")
    .where("environment", "=", environment)
    .where("target", "=", target)
    .where("action", "=", "rollout.notify")
    .where("at", ">=", since)
    .execute();
  return rows.map(({ after }) => JSON.parse(after ?? "{}") as Told);
}
