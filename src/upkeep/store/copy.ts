import type { Clock } from "../../core/clock.ts";
import { AgentopsError } from "../../core/errors.ts";
import type { StoreAddress } from "../../state/address.ts";
import { migrateStore } from "../../state/migrate.ts";
import type { Executor } from "../../state/raw.ts";
import { SHARED_TABLES } from "../../state/shared.ts";
import { connectStore, openStore } from "../../state/open.ts";
import type { Store, Tx } from "../../state/store.ts";
import {
  copyTable,
  emptyTable,
  goOnNumbering,
  identify,
  markMoved,
  newestObservation,
  watchedNow,
} from "./copy.store.ts";
import { countShared, type Identity, readIdentity } from "./info.store.ts";
import type { StoreCopy } from "./schema.ts";

export interface CopyRequest {
  from: StoreAddress;
  to: StoreAddress;
  clock: Clock;
  signal: AbortSignal;
  /** Called after each table, with the rows that were written. */
  onProgress: (table: string, rows: number) => void;
}

const WAIT_MS = 10_000;

/**
 * Moves a team from a file to a server: everything that operators and production share, without losing a row. What only grows is copied
 * first, beside writers; the rest under the file's write lock, after which the file is marked as moved. Interrupted, it goes on where it
 * was. Throws CONCURRENT_CHANGE while a watcher or an agent's process writes, USAGE for a server that has another store, STORE_FAILED.
 */
export async function copyStore({ from, to, clock, signal, onProgress }: CopyRequest): Promise<StoreCopy> {
  if (from.file === null || to.file !== null)
    throw new AgentopsError("USAGE", "a store is copied from a file to a server", {
      hint: "agentops store copy --to postgres://USER@HOST/DATABASE, where AGENTOPS_STORE or the config names the file",
    });
  const source = await openStore(from, { durability: "full", waitMs: WAIT_MS });
  try {
    await migrateStore(to, () => Promise.resolve(0));
    const target = await connectStore(to, WAIT_MS);
    try {
      const identity = await beginIn(source, target);
      const before = await newestObservation(source.db);
      // Rows that only grow point at rollouts, which change: those are copied again at the end.
      for (const table of SHARED_TABLES.filter(({ name, appended }) => appended || name === "rollouts"))
        onProgress(table.name, await copyTable(source.db, target, table, signal));
      await source.inTransaction(async (tx) => {
        await refuseWriters(tx, before, clock.now().toISOString());
        await finish(tx, target, { signal, onProgress });
        await target.inTransaction(async (there) => {
          await goOnNumbering(there);
          await identify(there, { storeId: identity.storeId, value: (await numberOf(tx)) + 1, movedTo: null });
        });
        await markMoved(tx, to.shown);
      });
      const tables = await countShared(target.db);
      return { schema: "agentops.store-copy/1", from: from.shown, to: to.shown, storeId: identity.storeId, tables };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Takes an empty server, or the copy that was begun there, for this store. */
async function beginIn(source: Store, target: Store): Promise<Identity> {
  const own = (await readIdentity(source.db)) as Identity;
  const there = await readIdentity(target.db);
  if (there?.storeId === own.storeId && there.movedTo === null)
    throw new AgentopsError("USAGE", `${target.address.shown} has this store already`, {
      hint: `store: ${target.address.shown} in agentops.config.yaml`,
    });
  const counts = await countShared(target.db);
  if (there?.storeId !== own.storeId && counts.some(({ rows }) => rows > 0))
    throw new AgentopsError("USAGE", `${target.address.shown} has another store`, {
      hint: "copy to an empty database",
    });
  await target.inTransaction((tx) => identify(tx, { ...own, value: 0, movedTo: `a copy of ${source.address.shown} is under way` })); // prettier-ignore
  return own;
}

async function refuseWriters(tx: Tx, before: number, now: string): Promise<void> {
  const watched = await watchedNow(tx, now);
  const came = (await newestObservation(tx)) - before;
  if (watched === undefined && came === 0) return;
  const who = watched ?? `${came} observations came while it was copied`;
  throw new AgentopsError("CONCURRENT_CHANGE", `the store is written to: ${who}`, {
    hint: "stop the agents' processes and watchers, then run it again: what was copied stays copied",
  });
}

/** Under the write lock of the file: what came since, and what changes. */
async function finish(
  tx: Tx,
  target: Store,
  { signal, onProgress }: Pick<CopyRequest, "signal" | "onProgress">,
): Promise<void> {
  for (const table of SHARED_TABLES) {
    if (table.name === "kills" || table.name === "leases")
      await target.inTransaction((there) => emptyTable(there, table));
    const rows = await copyTable(tx, target, table, signal);
    if (rows > 0 || !table.appended) onProgress(table.name, rows);
  }
  const [here, there] = [await countShared(tx), await countShared(target.db)];
  const differing = here.filter(({ rows }, i) => rows !== there[i]?.rows);
  if (differing.length === 0) return;
  const names = differing.map(({ name }) => name).join(", ");
  throw new AgentopsError("STORE_FAILED", `the copy has not the same rows in ${names}; nothing was moved`, {
    hint: "copy to an empty database",
  });
}

async function numberOf(db: Executor): Promise<number> {
  return (await readIdentity(db))?.value ?? 0;
}
