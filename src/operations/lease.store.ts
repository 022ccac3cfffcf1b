import { sql } from "kysely";
import type { Clock } from "../core/clock.ts";
import { AgentopsError } from "../core/errors.ts";
import type { Store, Tx } from "../state/store.ts";
import type { Row } from "../state/tables.ts";

export type Lease = Row<"leases">;

/** Takes or renews a lease for some time. Throws CONCURRENT_CHANGE with the holder while somebody else has it. */
export async function takeLease(
  store: Store,
  { name, holder, ms }: { name: string; holder: string; ms: number },
  clock: Clock,
): Promise<Lease> {
  return store.inTransaction(async (tx) => {
    const now = await nowFor(tx, store, clock);
    const lease = { name, holder, expiresAt: new Date(now.getTime() + ms).toISOString() };
    const held = await tx.selectFrom("leases").selectAll().where("name", "=", name).executeTakeFirst();
    if (held !== undefined && held.holder !== holder && held.expiresAt > now.toISOString()) throw taken(held);
    await tx
      .insertInto("leases")
      .values(lease)
      .onConflict((row) => row.column("name").doUpdateSet({ holder, expiresAt: lease.expiresAt }))
      .execute();
    return lease;
  });
}

/** Several machines agree on the database's clock; a file has one machine. */
async function nowFor(tx: Tx, { address }: Store, clock: Clock): Promise<Date> {
  if (address.engine === "sqlite") return clock.now();
  const { rows } = await sql<{ now: Date }>`SELECT clock_timestamp() AS now`.execute(tx);
  return rows[0]?.now ?? clock.now();
}

function taken({ name, holder, expiresAt }: Lease): AgentopsError {
  return new AgentopsError("CONCURRENT_CHANGE", `${name} is watched by ${holder}`, {
    hint: `it is free at ${expiresAt} unless renewed; agentops canary advance does one turn without it`,
  });
}

export async function releaseLease(
  store: Store,
  { name, holder }: Pick<Lease, "name" | "holder">,
): Promise<void> {
  await store.inTransaction((tx) =>
    tx.deleteFrom("leases").where("name", "=", name).where("holder", "=", holder).execute(),
  );
}
