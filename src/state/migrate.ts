import type { StoreAddress } from "./address.ts";
import { type Migrated, SCHEMA_VERSION } from "./migrations/migrations.ts";
import { connect } from "./sqlite/connection.ts";

const WAIT_MS = 10_000;

/**
 * Brings a store up to date: a file is made where there is none; a server's tables are made by this alone. Two at once wait for each other.
 * Throws STORE_FAILED, STORE_NEWER.
 */
export async function migrateStore(address: StoreAddress, versionBefore: () => Promise<number>): Promise<Migrated> {
  if (address.file !== null) {
    const from = await versionBefore();
    connect(address.file, { durability: "full", waitMs: WAIT_MS }).close();
    return { from, to: SCHEMA_VERSION };
  }
  const { migrateAt } = await import("./postgres/store.ts");
  return migrateAt(address, WAIT_MS);
}
