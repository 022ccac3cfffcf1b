import type { RunRow } from "../run/runs.store.ts";
import type { RunResult } from "./schema.ts";

/** What a run came to; null before it ended. */
export function resultOf({ result }: Pick<RunRow, "result">): RunResult | null {
  return result === null ? null : (JSON.parse(result) as RunResult);
}

/** Whether every answer of a run was asked for in it, so that its latencies and costs are of one day. */
export function isFresh(run: Pick<RunRow, "result">): boolean {
  return resultOf(run)?.fromCache === 0;
}
