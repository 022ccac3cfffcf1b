import { rawWith, rowsOf } from "../../state/raw.ts";
import type { Db, Store } from "../../state/store.ts";
import { type TraceRow, TRACES } from "./traces.store.ts";

export type DueTrace = TraceRow;

/** Traces of which no outcome is recorded, or one that they say more of by now; in the order they came. */
export async function dueTraces(db: Db, after: number, limit: number): Promise<DueTrace[]> {
  const sql = `SELECT * FROM traces WHERE outcome IN ('waiting', 'due') AND seq > $1 ORDER BY seq LIMIT $2`;
  return rowsOf(db, rawWith<TraceRow>(sql, [after, limit]));
}

/** One that has grown since it was read is told again. */
export async function markRecorded(store: Store, traces: readonly DueTrace[]): Promise<void> {
  if (traces.length === 0) return;
  const mark = `UPDATE traces SET outcome = $1 WHERE seq = $2 AND spans = $3`;
  await store.inTransaction(
    async (tx) => {
      for (const { seq, spans, target } of traces)
        await rowsOf(tx, rawWith(mark, [target === null ? "none" : "recorded", seq, spans]));
    },
    { locks: [TRACES], lockedAlone: true },
  );
}
