import { rawWith, rowsOf } from "../../state/raw.ts";
import type { Db, Store } from "../../state/store.ts";
import { type TraceRow, TRACES } from "./traces.store.ts";

export type DueTrace = TraceRow;

/** Traces of which no outcome is recorded, or one that they say more of by now; with `waiting` also those whose root is not here. In the order they came. */
export async function dueTraces(
  db: Db,
  asked: { waiting: boolean; after: number; limit: number },
): Promise<DueTrace[]> {
  // prettier-ignore
  const which = asked.waiting ? "outcome IN ('waiting', 'due')" : "outcome = 'due'";
  const sql = `SELECT * FROM traces WHERE ${which} AND seq > $1 ORDER BY seq LIMIT $2`;
  return rowsOf(db, rawWith<TraceRow>(sql, [asked.after, asked.limit]));
}

/** One that has grown since it was read is told again. */
export async function markRecorded(store: Store, traces: readonly DueTrace[]): Promise<void> {
  if (traces.length === 0) return;
  const mark = `UPDATE traces SET outcome = 'recorded' WHERE seq = $1 AND spans = $2`;
  await store.inTransaction(
    async (tx) => {
      for (const { seq, spans } of traces) await rowsOf(tx, rawWith(mark, [seq, spans]));
    },
    { locks: [TRACES], lockedAlone: true },
  );
}
