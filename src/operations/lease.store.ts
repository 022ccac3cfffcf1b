import { AgentopsError } from "../core/errors.ts";
import type { Sqlite } from "../state/connection.ts";
import type { Database } from "../state/tables.ts";

export type Lease = Database["leases"];

/** Takes or renews a lease. Throws CONCURRENT_CHANGE with the holder while somebody else has it. */
export function takeLease(sqlite: Sqlite, lease: Lease, now: string): void {
  const { changes } = sqlite
    .prepare(
      "INSERT INTO leases (name, holder, expiresAt) VALUES (@name, @holder, @expiresAt) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expiresAt = excluded.expiresAt WHERE leases.holder = excluded.holder OR leases.expiresAt <= @now",
    )
    .run({ ...lease, now });
  if (changes === 1) return;
  const held = sqlite.prepare<[string], Lease>("SELECT * FROM leases WHERE name = ?").get(lease.name);
  throw new AgentopsError("CONCURRENT_CHANGE", `${lease.name} is watched by ${held?.holder ?? "somebody else"}`, {
    hint: `it is free at ${held?.expiresAt ?? "once"} unless renewed; agentops canary advance does one turn without it`,
  });
}

export function releaseLease(sqlite: Sqlite, { name, holder }: Pick<Lease, "name" | "holder">): void {
  sqlite.prepare("DELETE FROM leases WHERE name = ? AND holder = ?").run(name, holder);
}
