import type { Place } from "../core/refs.ts";
import { type Executor, firstRow, raw, rowsOf } from "../state/raw.ts";
import { arrivalsAt } from "./arrivals.store.ts";
import { cohortCountsOf } from "./cohorts.store.ts";
import { pairsAt } from "./pairs.store.ts";
import { returnsOf } from "./returns.store.ts";
import type { LookCounts, TallyRow } from "./evidence.ts";
import type { BreachRow, Rollout } from "./rollouts.store.ts";

type Open = Pick<Rollout, "seq" | "look">;

/** The counts of the look that is open. */
export async function openCounts(db: Executor, rollout: Open & Pick<Rollout, "plan">): Promise<LookCounts> {
  const { seq, look } = rollout;
  const counts =
    "SELECT look, weight, arm, metric, n, sum, squares FROM tallies WHERE rollout = $1 AND look = $2 ORDER BY weight, metric, arm";
  const tallies = await rowsOf(db, raw<TallyRow>(counts, seq, look));
  const [cohorts, returns] = [await cohortCountsOf(db, rollout), await returnsOf(db, rollout)];
  return { tallies, cohorts, returns, ...(await arrivalsAt(db, rollout)), ...(await pairsAt(db, rollout)) };
}

export function allBreaches(db: Executor, { seq }: Open): Promise<BreachRow[]> {
  const all = "SELECT look, observation, kind FROM breaches WHERE rollout = $1 ORDER BY observation";
  return rowsOf(db, raw<BreachRow>(all, seq));
}

export async function lastLookAt(db: Executor, { seq }: Open): Promise<string | undefined> {
  const last = "SELECT at FROM looks WHERE rollout = $1 ORDER BY look DESC LIMIT 1";
  return (await firstRow(db, raw<{ at: string }>(last, seq)))?.at;
}

/** When the outcome was known that so many came after, of those that were counted for a rollout. */
export async function outcomeAt(db: Executor, { seq }: Open, after: number): Promise<string | undefined> {
  const one = "SELECT at FROM observations WHERE rollout = $1 ORDER BY seq DESC LIMIT 1 OFFSET $2";
  return (await firstRow(db, raw<{ at: string }>(one, seq, after)))?.at;
}

/** Who has said, since a rollout ended badly, that they know; null for nobody. */
export async function acknowledgedBy(
  db: Executor,
  { environment, target }: Place,
  since: string,
): Promise<string | null> {
  const said = `SELECT actor FROM "auditEvents" WHERE environment = $1 AND target = $2 AND action = 'rollout.ack' AND at >= $3 ORDER BY id LIMIT 1`;
  return (await firstRow(db, raw<{ actor: string }>(said, environment, target, since)))?.actor ?? null;
}
