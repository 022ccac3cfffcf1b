import type { Db } from "../state/store.ts";
import { sql } from "kysely";
import type { RolloutPlan } from "../rollout/schema.ts";
import type { RolloutState } from "../rollout/state.ts";

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

/** Ends in an environment since a moment, of rollouts with somebody to tell; and harm that only pauses, or is told. */
export async function endsSince(db: Db, environment: string, since: string): Promise<EndRow[]> {
  const rows = await db
    .selectFrom("transitions as t")
    .innerJoin("rollouts as r", "r.seq", "t.rollout")
    .innerJoin("auditEvents as a", "a.id", "t.auditEvent")
    .select(["r.id as rollout", "t.seq as change", "r.target", "r.control", "r.candidate", "r.plan"])
    .leftJoin("transitions as p", (join) =>
      join.onRef("p.rollout", "=", "t.rollout").on(sql<boolean>`p.seq = t.seq - 1`),
    )
    .select(["t.phase", "t.at", "a.reason", "a.via", "t.state", "p.state as before"])
    .where("r.environment", "=", environment)
    .where("a.action", "=", "rollout.look")
    .where("t.at", ">=", since)
    .orderBy("a.id")
    .execute();
  return rows
    .filter(({ phase, state, before }) => ENDS.includes(phase) || harmIn(state) > harmIn(before))
    .map((row) => ({ ...row, plan: JSON.parse(row.plan) as RolloutPlan }))
    .filter(({ plan }) => (plan.notify ?? []).length > 0);
}

/** Guardrails whose harm was news, by a state as it is stored. */
function harmIn(state: string | null): number {
  return (JSON.parse(state ?? "{}") as Partial<RolloutState>).harmed?.length ?? 0;
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
