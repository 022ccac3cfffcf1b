import { type Executor, firstRow, raw, rowsOf } from "../state/raw.ts";
import type { CohortRow } from "./evidence.ts";
import type { RolloutPlan } from "./schema.ts";

/** What was counted of cohorts in one look; a store from before there were any is not asked. */
export async function cohortCountsOf(
  db: Executor,
  { seq, look, plan }: { seq: number; look: number; plan: RolloutPlan },
): Promise<CohortRow[]> {
  if (plan.cohorts === undefined) return [];
  const counts =
    'SELECT look, cohort, answers, succeeded, units, control FROM "cohortCounts" WHERE rollout = $1 AND look = $2';
  return rowsOf(db, raw<CohortRow>(counts, seq, look));
}

/** What the candidate answered, copies aside, to whomever. */
export async function candidateAnswers(
  db: Executor,
  { seq, candidate }: { seq: number; candidate: string },
): Promise<number> {
  const all = "SELECT COUNT(*) AS n FROM observations WHERE rollout = $1 AND version = $2 AND shadow = 0";
  return (await firstRow(db, raw<{ n: number }>(all, seq, candidate)))?.n ?? 0;
}
