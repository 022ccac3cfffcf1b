import { sql } from "kysely";
import type { Clock } from "../core/clock.ts";
import { AgentopsError } from "../core/errors.ts";
import type { Store, Tx } from "../state/store.ts";
import type { Row } from "../state/tables.ts";

type Lease = Row<"leases">;

/** Takes or renews a lease for some time. Throws CONCURRENT_CHANGE with the holder while somebody else has it. */
export async function takeLease(
  tx: Tx,
  { name, holder, ms }: { name: string; holder: string; ms: number },
  nowIn: NowIn,
): Promise<void> {
  const now = await nowIn(tx);
  const expiresAt = new Date(now.getTime() + ms).toISOString();
  const held = await tx.selectFrom("leases").selectAll().where("name", "=", name).executeTakeFirst();
  if (held !== undefined && held.holder !== holder && held.expiresAt > now.toISOString()) throw taken(held);
  await tx
    .insertInto("leases")
    .values({ name, holder, expiresAt })
    .onConflict((row) => row.column("name").doUpdateSet({ holder, expiresAt }))
    .execute();
}

/** The time, as a lease is measured by it. */
export type NowIn = (tx: Tx) => Promise<Date>;

/** Several machines agree on the database's clock; a file has one machine. */
export function nowOf({ address }: Store, clock: Clock): NowIn {
  return async (tx) => {
    if (address.engine === "sqlite") return clock.now();
    const { rows } = await sql<{ now: Date }>`SELECT clock_timestamp() AS now`.execute(tx);
    return rows[0]?.now ?? clock.now();
  };
}

function taken({ name, holder, expiresAt }: Lease): AgentopsError {
  return new AgentopsError("CONCURRENT_CHANGE", `${name} is watched by ${holder}`, {
    hint: `it is free at ${expiresAt} unless renewed; agentops canary advance does one turn without it`,
  });
}

export async function releaseLease(tx: Tx, { name, holder }: Pick<Lease, "name" | "holder">): Promise<void> {
  await tx.deleteFrom("leases").where("name", "=", name).where("holder", "=", holder).execute();
}
