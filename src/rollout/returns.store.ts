import { type Executor, raw, rowsOf } from "../state/raw.ts";
import type { ReturnRow } from "./returns.ts";
import type { RolloutPlan } from "./schema.ts";

/** What was counted of requests in one look; a store from before there were any is not asked. */
export async function returnsOf(
  db: Executor,
  { seq, look, plan }: { seq: number; look: number; plan: RolloutPlan },
): Promise<ReturnRow[]> {
  if (plan.alarm === undefined) return [];
  const counts =
    "SELECT look, hour, class, arm, n, good FROM returns WHERE rollout = $1 AND look = $2 ORDER BY hour, class, arm";
  return rowsOf(db, raw<ReturnRow>(counts, seq, look));
}
