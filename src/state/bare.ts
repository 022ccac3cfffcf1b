import type { StoreAddress } from "./address.ts";
import type { BareReader, BareStore, StoreOptions } from "./store.ts";
import { bareFileReader, bareFileStore } from "./sqlite/store.ts";

/**
 * Opens the store for a command that must start fast: a file without Kysely, and a server with it, where connecting takes longer. Throws
 * STORE_FAILED, STORE_NEWER, STORE_OLD, STORE_MOVED.
 */
export async function openBare(address: StoreAddress, options: StoreOptions): Promise<BareStore> {
  if (address.engine === "sqlite") return bareFileStore(address, options);
  const { openServer } = await import("./postgres/store.ts");
  return openServer(address, options);
}

/** Opens what is there, to read it: creates and migrates nothing; undefined where there is no file. Throws what the engine throws. */
export async function openBareToRead(
  address: StoreAddress,
  waitMs: number,
  answerMs?: number,
): Promise<BareReader | undefined> {
  if (address.engine === "sqlite") return bareFileReader(address, waitMs);
  const { readerOf } = await import("./postgres/store.ts");
  return readerOf(address, { waitMs, answerMs });
}
