import type { Store, Tx } from "../../state/store.ts";
import { countOldObservations, countOldUnits, deleteOldObservations, deleteOldUnits } from "./prune.store.ts";
import type { StorePrune } from "./schema.ts";

/** Rows a transaction: others wait for milliseconds. */
const BATCH = 5000;

export interface PruneRequest {
  /** ISO 8601. */
  before: string;
  dryRun: boolean;
  signal: AbortSignal;
}

/**
 * Deletes what no verdict needs any more, some thousand rows a transaction, so that it can be interrupted and run again. Throws STORE_FAILED,
 * and the signal's reason.
 */
export async function pruneStore(store: Store, { before, dryRun, signal }: PruneRequest): Promise<StorePrune> {
  const all = async (delete_: (tx: Tx, before: string, most: number) => Promise<number>) => {
    let rows = 0;
    for (let deleted = BATCH; deleted > 0; rows += deleted) {
      signal.throwIfAborted();
      deleted = await store.inTransaction((tx) => delete_(tx, before, BATCH));
    }
    return rows;
  };
  const [observations, units] = dryRun
    ? [await countOldObservations(store.db, before), await countOldUnits(store.db, before)]
    : [await all(deleteOldObservations), await all(deleteOldUnits)];
  const tables = [
    { name: "observations", rows: observations },
    { name: "units", rows: units },
  ];
  return { schema: "agentops.store-prune/1", url: store.address.shown, before, dryRun, tables };
}
