import type { Clock } from "../core/clock.ts";
import type { StoreAddress } from "./address.ts";

/** A store as it is found: nothing was made, and nothing was migrated. */
export type StoreFacts = FileFacts | ServerFacts;

export interface FileFacts {
  engine: "sqlite";
  /** Null before the first command made the file. */
  schema: Schema | null;
  /** The address it was copied to; null while it is in force. */
  movedTo: string | null;
  /** Of the file's and its folder's permissions. */
  writable: boolean;
}

export interface ServerFacts {
  engine: "postgres";
  /** "15.14". */
  server: string;
  schema: Schema;
  /** This machine's clock less the database's; the answer's way back is taken for half of the round trip. */
  aheadMs: number;
  roundTripMs: number;
}

/** Migrations that the store has had, and those that are missing. */
export interface Schema {
  version: number;
  pending: number;
}

/** Looks at a store for at most about `waitMs`. Throws STORE_FAILED with the cause in words, STORE_NEWER. */
export async function examineStore(
  address: StoreAddress,
  options: { waitMs: number; clock: Clock },
): Promise<StoreFacts> {
  if (address.engine === "sqlite") return (await import("./sqlite/examine.ts")).examineFile(address, options.waitMs);
  return (await import("./postgres/examine.ts")).examineServer(address, options);
}

/** The version of SQLite, when its driver can be loaded and run. Throws STORE_FAILED, and what the driver throws. */
export async function sqliteVersion(): Promise<string> {
  return (await import("./sqlite/examine.ts")).driverVersion();
}

/** Throws where the driver for a server cannot be imported. */
export async function loadServerDriver(): Promise<void> {
  await (await import("./postgres/pool.ts")).loadPg();
}
