import { type Executor, firstRow, raw, rowsOf } from "../state/raw.ts";
import type { ServedHour } from "./late.ts";
import type { RolloutPlan } from "./schema.ts";
import type { ArrivalRow } from "./served.ts";

/** Units that were served in one look; a store from before they were counted is not asked. */
export async function arrivalsAt(
  db: Executor,
  { seq, look, plan }: { seq: number; look: number; plan: RolloutPlan },
): Promise<{ arrivals?: ArrivalRow[] }> {
  if (plan.exposures !== true) return {};
  const rows =
    "SELECT look, weight, arm, exposed, superseded FROM arrivals WHERE rollout = $1 AND look = $2 ORDER BY weight, arm";
  return { arrivals: await rowsOf(db, raw<ArrivalRow>(rows, seq, look)) };
}

/** Units that were served, and of those the ones whose outcome is not known. */
export interface Share {
  exposed: number;
  open: number;
}

/** Of the units that were served before a minute (since 1970), by arm. */
export async function openShares(
  db: Executor,
  { seq }: { seq: number },
  { olderThanMinute }: { olderThanMinute: number },
): Promise<Record<"control" | "candidate", Share>> {
  const sums =
    'SELECT arm, SUM(exposed) AS exposed, SUM(exposed - known) AS open FROM "servedMinutes" WHERE rollout = $1 AND minute < $2 GROUP BY arm';
  const rows = await rowsOf(db, raw<Share & { arm: string }>(sums, seq, olderThanMinute));
  const of = (arm: string): Share => {
    const { exposed = 0, open = 0 } = rows.find((row) => row.arm === arm) ?? {};
    return { exposed, open };
  };
  return { control: of("control"), candidate: of("candidate") };
}

/** Of the units that were served before a minute (since 1970), by hour. */
export async function servedHours(
  db: Executor,
  { seq }: { seq: number },
  { olderThanMinute }: { olderThanMinute: number },
): Promise<ServedHour[]> {
  const sums =
    'SELECT minute / 60 AS hour, arm, SUM(exposed) AS exposed, SUM(exposed - known) AS open FROM "servedMinutes" WHERE rollout = $1 AND minute < $2 GROUP BY 1, 2';
  const rows = await rowsOf(
    db,
    raw<Share & { hour: number; arm: "control" | "candidate" }>(sums, seq, olderThanMinute),
  );
  const hours = new Map<number, ServedHour>();
  for (const { hour, arm, exposed, open } of rows) {
    const its = hours.get(hour) ?? { control: { exposed: 0, open: 0 }, candidate: { exposed: 0, open: 0 } };
    its[arm] = { exposed: Math.max(0, exposed), open: Math.max(0, open) };
    hours.set(hour, its);
  }
  return [...hours.values()];
}

/** Whether anybody said who was served; else units are known by their outcomes alone. */
export async function arrivalsTold(db: Executor, { seq }: { seq: number }): Promise<boolean> {
  const one = "SELECT minute FROM exposures WHERE rollout = $1 LIMIT 1";
  return (await rowsOf(db, raw<{ minute: number }>(one, seq))).length > 0;
}

/** What is kept apart from all that a rollout counts. */
export interface Apart {
  forced: number;
  correctedAfter: number;
}

/** And what counts, though nobody reported it. */
export type Assumed = Record<"control" | "candidate", number>;

export async function apartFrom(db: Executor, { seq }: { seq: number }): Promise<Apart> {
  const sums = 'SELECT forced, "correctedAfter" FROM rollouts WHERE seq = $1';
  return (await firstRow(db, raw<Apart>(sums, seq))) ?? { forced: 0, correctedAfter: 0 };
}

export async function assumedIn(db: Executor, { seq }: { seq: number }): Promise<Assumed> {
  const sums = 'SELECT "assumedControl" AS control, "assumedCandidate" AS candidate FROM rollouts WHERE seq = $1';
  return (await firstRow(db, raw<Assumed>(sums, seq))) ?? { control: 0, candidate: 0 };
}
