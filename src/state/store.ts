import type { Kysely, Transaction } from "kysely";
import type { StoreAddress } from "./address.ts";
import type { Database } from "./tables.ts";
import type { TransactionOptions } from "./transaction.ts";

export interface StoreOptions {
  /** `full`: an operator's action survives a power cut. `normal`: a crash of the process loses nothing, a power cut the last moments. */
  durability: "full" | "normal";
  /** How long to wait for another writer, or for a server; 5 s unless told. */
  waitMs?: number;
}

/** For readers: a store's, or a transaction. */
export type Db = Kysely<Database>;
/** For what decides and writes. */
export type Tx = Transaction<Database>;

/** What operators and production share, on either engine. */
export interface Store {
  address: StoreAddress;
  /** For single statements, never within `work`: there it would wait for itself. */
  db: Db;
  /**
   * Reads, decides and writes as one, under the locks that are named. The work may run several times, so it touches nothing but `tx`.
   * Throws STORE_FAILED.
   */
  inTransaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  close(): Promise<void>;
}
