import { sql } from "kysely";
import type { Clock } from "../../core/clock.ts";
import { AgentopsError } from "../../core/errors.ts";
import type { StoreAddress } from "../address.ts";
import type { Db } from "../store.ts";
import type { ComparedClock, StoreFacts } from "../store-facts.ts";
import { pendingMigrations, requireSchema } from "./migrate.ts";
import { connectServer, unreachable } from "./store.ts";

/** Throws STORE_FAILED, STORE_NEWER, STORE_MOVED. */
export async function examineServer(
  address: StoreAddress,
  { waitMs, clock }: { waitMs: number; clock: Clock },
): Promise<StoreFacts> {
  const store = await connectServer(address, { waitMs, answerMs: waitMs });
  try {
    const version = await serverVersion(store.db);
    const schema = await pendingMigrations(store.db);
    // Of a store that is up to date it asks whether it is in force.
    if (schema.pending === 0) await requireSchema(address, store.db);
    const found = { engine: `PostgreSQL ${version}`, migratesItself: false, writable: true };
    return { ...found, schema, clock: await compareClocks(store.db, clock) };
  } catch (error) {
    throw error instanceof AgentopsError ? error : unreachable(address, error);
  } finally {
    await store.close();
  }
}

/** Debian's is "15.14 (Debian 15.14-0+deb12u1)". */
async function serverVersion(db: Db): Promise<string> {
  const query = sql<{ version: string }>`SELECT current_setting('server_version') AS version`;
  return (await query.execute(db)).rows[0]?.version.split(" ")[0] ?? "";
}

/** After other queries, so that the round trip is no connecting. */
async function compareClocks(db: Db, clock: Clock): Promise<ComparedClock> {
  const query = sql<{ at: number }>`SELECT EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS at`;
  const since = clock.monotonicMs();
  const sentAt = clock.now().getTime();
  const { rows } = await query.execute(db);
  const roundTripMs = clock.monotonicMs() - since;
  return { aheadMs: sentAt + roundTripMs / 2 - (rows[0]?.at ?? NaN), roundTripMs };
}
