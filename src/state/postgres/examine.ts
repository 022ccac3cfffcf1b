import { sql } from "kysely";
import type { Clock } from "../../core/clock.ts";
import { AgentopsError } from "../../core/errors.ts";
import type { StoreAddress } from "../address.ts";
import type { ServerFacts } from "../examine.ts";
import type { Db } from "../store.ts";
import { pendingMigrations } from "./migrate.ts";
import { connectServer, unreachable } from "./store.ts";

/** Throws STORE_FAILED, STORE_NEWER. */
export async function examineServer(
  address: StoreAddress,
  { waitMs, clock }: { waitMs: number; clock: Clock },
): Promise<ServerFacts> {
  const store = await connectServer(address, waitMs);
  try {
    const { rows } = await sql<{ version: string }>`SELECT current_setting('server_version') AS version`.execute(
      store.db,
    );
    const schema = await pendingMigrations(store.db);
    // Debian's is "15.14 (Debian 15.14-0+deb12u1)".
    const server = (rows[0]?.version ?? "").split(" ")[0] ?? "";
    return { engine: "postgres", server, schema, ...(await compareClocks(store.db, clock)) };
  } catch (error) {
    throw error instanceof AgentopsError ? error : unreachable(address, error);
  } finally {
    await store.close();
  }
}

/** After other queries, so that the round trip is no connecting. */
async function compareClocks(db: Db, clock: Clock): Promise<Pick<ServerFacts, "aheadMs" | "roundTripMs">> {
  const since = clock.monotonicMs();
  const sentAt = clock.now().getTime();
  const { rows } = await sql<{
    at: number;
  }>`SELECT EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS at`.execute(db);
  const roundTripMs = clock.monotonicMs() - since;
  return { aheadMs: sentAt + roundTripMs / 2 - (rows[0]?.at ?? NaN), roundTripMs };
}
