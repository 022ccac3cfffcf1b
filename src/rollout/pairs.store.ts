import { type Executor, firstRow, raw, rowsOf } from "../state/raw.ts";
import { isPaired, type PairRow } from "./pairs.ts";
import type { RolloutPlan } from "./schema.ts";

const COUNTS = 'SELECT look, "both", "onlyControl", "onlyCandidate", neither FROM "pairCounts" WHERE rollout = $1';

/** Pairs of one look; a store from before there were any is not asked. */
export async function pairsAt(
  db: Executor,
  { seq, look, plan }: { seq: number; look: number; plan: RolloutPlan },
): Promise<{ pairs?: PairRow[] }> {
  if (!isPaired(plan)) return {};
  return { pairs: await rowsOf(db, raw<PairRow>(`${COUNTS} AND look = $2`, seq, look)) };
}

/** Pairs by look, in the order they are judged in, up to one. */
export async function pairsUpTo(
  db: Executor,
  { seq, plan }: { seq: number; plan: RolloutPlan },
  look: number,
): Promise<PairRow[]> {
  if (!isPaired(plan)) return [];
  return rowsOf(db, raw<PairRow>(`${COUNTS} AND look <= $2 ORDER BY look`, seq, look));
}

/** Outcomes by arm that wait for the other one of their input; none of a unit that is in a pair already. Null of a plan that pairs nothing. */
export async function unpairedOf(
  db: Executor,
  { seq, plan }: { seq: number; plan: RolloutPlan },
): Promise<{ control: number; candidate: number } | null> {
  if (!isPaired(plan)) return null;
  // As many exposures as outcomes: none of them has two.
  const open = `SELECT COALESCE(SUM(control), 0) AS control, COALESCE(SUM(n - control), 0) AS candidate FROM (
    SELECT COUNT(*) AS n, COUNT(DISTINCT exposure) AS inputs, SUM(CASE WHEN arm = 'control' THEN 1 ELSE 0 END) AS control
    FROM pairs WHERE rollout = $1 GROUP BY unit) AS units WHERE n = inputs`;
  const found = await firstRow(db, raw<{ control: number; candidate: number }>(open, seq));
  return found ?? { control: 0, candidate: 0 };
}
