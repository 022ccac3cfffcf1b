import type { Store, Tx } from "../../state/store.ts";
import { countOldObservations, countOldUnits, deleteOldObservations, deleteOldUnits } from "./prune.store.ts";
import { countOld, deleteOld, deleteOldOpen, oldOpen, type Page, pageAfter, PRUNED_COUNTS } from "./prune-counts.store.ts"; // prettier-ignore
import { countOldTraces, deleteOldTraces } from "../../traces/store/delete.store.ts";
import type { StorePrune } from "./schema.ts";

/** Rows a transaction: others wait for milliseconds. */
const BATCH = 1000;

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
export async function pruneStore(store: Store, request: PruneRequest): Promise<StorePrune> {
  const { before, dryRun } = request;
  const rows = dryRun ? await wouldGo(store, before) : await gone(store, request);
  const tables = Object.entries(rows).map(([name, n]) => ({ name, rows: n }));
  return { schema: "agentops.store-prune/1", url: store.address.shown, before, dryRun, tables };
}

async function wouldGo({ db }: Store, before: string): Promise<Record<string, number>> {
  const rows: Record<string, number> = {
    observations: await countOldObservations(db, before),
    units: await countOldUnits(db, before),
    traces: await countOldTraces(db, before),
  };
  for (const table of PRUNED_COUNTS) rows[table] = await countOld(db, table, before);
  rows["openOutcomes"] = (await oldOpen(db, { after: null, to: null }, before)).length;
  return rows;
}

async function gone(store: Store, { before, signal }: PruneRequest): Promise<Record<string, number>> {
  const first = async (delete_: (tx: Tx, before: string, most: number) => Promise<number>) => {
    let rows = 0;
    for (let deleted = BATCH; deleted > 0; rows += deleted) {
      signal.throwIfAborted();
      deleted = await store.inTransaction((tx) => delete_(tx, before, BATCH));
    }
    return rows;
  };
  const pages = async (
    table: Parameters<typeof pageAfter>[1],
    delete_: (tx: Tx, page: Page, before: string) => Promise<number>,
  ) => {
    let rows = 0;
    for (let after: Page["after"] = null, isFirst = true; isFirst || after !== null; isFirst = false) {
      signal.throwIfAborted();
      const page: Page = await pageAfter(store.db, table, after, BATCH);
      rows += await store.inTransaction((tx) => delete_(tx, page, before));
      after = page.to;
    }
    return rows;
  };
  const rows: Record<string, number> = {
    observations: await first(deleteOldObservations),
    units: await first(deleteOldUnits),
    traces: await first(deleteOldTraces),
  };
  for (const table of PRUNED_COUNTS) rows[table] = await pages(table, (tx, page) => deleteOld(tx, table, page, before));
  rows["openOutcomes"] = await pages("openOutcomes", deleteOldOpen);
  return rows;
}
