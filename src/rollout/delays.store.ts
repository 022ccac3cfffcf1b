import type { Place } from "../core/refs.ts";
import { type Executor, raw, rowsOf } from "../state/raw.ts";
import { type Bucket, type UsualDelay, usualDelayIn } from "./delays.ts";

/** {@link usualDelayIn} of a version, from a day on, as `2026-11-21`. */
export async function usualDelay(
  db: Executor,
  { environment, target }: Place,
  version: string,
  fromDay: string,
): Promise<UsualDelay> {
  const sums = `SELECT success, bucket, SUM(n) AS n FROM delays
    WHERE environment = $1 AND target = $2 AND version = $3 AND day >= $4 GROUP BY success, bucket`;
  return usualDelayIn(await rowsOf(db, raw<Bucket>(sums, environment, target, version, fromDay)));
}
