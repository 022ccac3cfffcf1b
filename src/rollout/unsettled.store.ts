import { type Executor, firstRow, raw } from "../state/raw.ts";

/** How many outcomes of a rollout wait until their time to settle has passed, and since which minute (since 1970). */
export async function waitingOutcomes(
  db: Executor,
  { seq }: { seq: number },
): Promise<{ n: number; sinceMinute: number | null }> {
  const all = 'SELECT COUNT(*) AS n, MIN(minute) AS "sinceMinute" FROM unsettled WHERE rollout = $1';
  return (await firstRow(db, raw<{ n: number; sinceMinute: number | null }>(all, seq))) ?? { n: 0, sinceMinute: null };
}

/** What ended counts nothing more. */
export async function dropWaiting(db: Executor, seq: number): Promise<void> {
  await db.executeQuery(raw("DELETE FROM unsettled WHERE rollout = $1", seq));
}
