import { type Executor, raw, rowsOf } from "../state/raw.ts";

/** Units of an arm that were served, and those of them without an outcome. */
export interface OpenShare {
  exposed: number;
  open: number;
}

/** Units of a rollout that were served in minutes before one (since 1970), by arm. */
export async function openShares(
  db: Executor,
  { seq }: { seq: number },
  { olderThanMinute }: { olderThanMinute: number },
): Promise<{ control: OpenShare; candidate: OpenShare }> {
  const sums = `SELECT arm, SUM(exposed) AS exposed, SUM(known) AS known FROM "servedMinutes" WHERE rollout = $1 AND minute < $2 GROUP BY arm`;
  const rows = await rowsOf(db, raw<{ arm: string; exposed: number; known: number }>(sums, seq, olderThanMinute));
  const of = (arm: string): OpenShare => {
    const { exposed = 0, known = 0 } = rows.find((row) => row.arm === arm) ?? {};
    return { exposed: exposed, open: Math.max(0, exposed - known) };
  };
  return { control: of("control"), candidate: of("candidate") };
}
