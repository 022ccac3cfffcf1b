import type { Clock } from "../../core/clock.ts";
import { AgentopsError } from "../../core/errors.ts";
import type { StoreAddress } from "../../state/address.ts";
import { migrateStore } from "../../state/migrate.ts";
import { openBareToRead } from "../../state/bare.ts";
import { SHARED_TABLES } from "../../state/shared.ts";
import { connectStore, openStore } from "../../state/open.ts";
import type { Store, Tx } from "../../state/store.ts";
import {
  copyCorrected,
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
 * Moves a team from a file to a server: everything that operators and production share, without losing a row. What is only added is copied
 * first, beside writers; all of it that can have changed under the file's write lock, at whose end the file is marked as moved. Then the
 * server is put in force: never are both. Interrupted, it goes on where it was. Throws CONCURRENT_CHANGE while a watcher or an agent's
 * process writes, USAGE for a server that has another store, STORE_FAILED, STORE_MOVED.
 */
export async function copyStore(request: CopyRequest): Promise<StoreCopy> {
  const { from, to } = request;
  if (from.file === null || to.file !== null)
    throw new AgentopsError("USAGE", "a store is copied from a file to a server", {
      hint: "agentops store copy --to postgres://USER@HOST/DATABASE, where AGENTOPS_STORE or the config names the file",
    });
  if ((await identityOf(from))?.movedTo !== to.shown) await copyRows(request);
  const target = await connectStore(to, WAIT_MS);
  try {
    const { storeId, value } = (await identityOf(from)) as Identity;
    await putInForce(target, { storeId, value: value + 1 });
    const tables = await countShared(target.db);
    return { schema: "agentops.store-copy/1", from: from.shown, to: to.shown, storeId, tables };
  } finally {
    await target.close();
  }
}

/** Of a file that may be moved already; undefined where none is there, or an older release's. */
async function identityOf(from: StoreAddress): Promise<Identity | undefined> {
  const open = await openBareToRead(from, WAIT_MS);
  try {
    return open === undefined ? undefined : await readIdentity(open.db);
  } finally {
    await open?.close();
  }
}

async function copyRows({ from, to, clock, signal, onProgress }: CopyRequest): Promise<void> {
  const source = await openStore(from, { durability: "full", waitMs: WAIT_MS });
  try {
    await migrateStore(to, () => Promise.resolve(0));
    const target = await connectStore(to, WAIT_MS);
    try {
      await beginIn(source, target);
      const before = await newestObservation(source.db);
      // Rows that are added point at rollouts, which change: those are copied again at the end.
      for (const table of SHARED_TABLES.filter(({ name, rows }) => rows !== "changed" || name === "rollouts"))
        onProgress(table.name, await copyTable(source.db, target, table, signal));
      await source.inTransaction(async (tx) => {
        await refuseWriters(tx, before, clock.now().toISOString());
        await finish(tx, target, { signal, onProgress });
        await target.inTransaction(goOnNumbering);
        await markMoved(tx, to.shown);
      });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Of a copy that is whole, while the file takes no more writes. */
async function putInForce(target: Store, { storeId, value }: Pick<Identity, "storeId" | "value">): Promise<void> {
  await target.inTransaction(async (tx) => {
    const there = await readIdentity(tx);
    if (there?.storeId !== storeId) throw hasAnother(target.address);
    if (there.movedTo === null) throw hasIt(target.address);
    await identify(tx, { storeId, value, movedTo: null });
  });
}

/** Takes an empty server, or the copy that was begun there, for this store. */
async function beginIn(source: Store, target: Store): Promise<void> {
  const own = (await readIdentity(source.db)) as Identity;
  const there = await readIdentity(target.db);
  if (there?.storeId === own.storeId && there.movedTo === null) throw hasIt(target.address);
  const counts = await countShared(target.db);
  if (there?.storeId !== own.storeId && counts.some(({ rows }) => rows > 0)) throw hasAnother(target.address);
  await target.inTransaction((tx) => identify(tx, { ...own, value: 0, movedTo: `a copy of ${source.address.shown} is under way` })); // prettier-ignore
}

function hasIt({ shown }: StoreAddress): AgentopsError {
  return new AgentopsError("USAGE", `${shown} has this store already`, {
    hint: `store: ${shown} in agentops.config.yaml`,
  });
}

function hasAnother({ shown }: StoreAddress): AgentopsError {
  return new AgentopsError("USAGE", `${shown} has another store`, { hint: "copy to an empty database" });
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

/** Of which a copy that was begun before may have rows that are gone by now. */
const LOSES_ROWS: ReadonlySet<string> = new Set([
  ...["kills", "leases", "openOutcomes", "outcomeDetails", "outcomeNames", "unsettled", "outcomes", "outcomeMinutes"],
  "delays",
]);

/** Under the write lock of the file: what came since, and what changes. */
async function finish(
  tx: Tx,
  target: Store,
  { signal, onProgress }: Pick<CopyRequest, "signal" | "onProgress">,
): Promise<void> {
  for (const table of SHARED_TABLES) {
    if (LOSES_ROWS.has(table.name)) await target.inTransaction((there) => emptyTable(there, table));
    const rows = await copyTable(tx, target, table, signal);
    if (table.name === "observations") await copyCorrected(tx, target, signal);
    if (rows > 0 || table.rows === "changed") onProgress(table.name, rows);
  }
  const [here, there] = [await countShared(tx), await countShared(target.db)];
  const differing = here.filter(({ rows }, i) => rows !== there[i]?.rows);
  if (differing.length === 0) return;
  const names = differing.map(({ name }) => name).join(", ");
  throw new AgentopsError("STORE_REFUSED", `the copy has not the same rows in ${names}; nothing was moved`, {
    hint: "copy to an empty database",
  });
}
