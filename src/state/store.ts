import type { Kysely, Transaction } from "kysely";
import type { StoreAddress } from "./address.ts";
import type { Executor } from "./raw.ts";
import type { Database } from "./tables.ts";
import type { TransactionOptions } from "./transaction.ts";

export interface StoreOptions {
  /** `full`: an operator's action survives a power cut. `normal`: a crash of the process loses nothing, a power cut the last moments. */
  durability: "full" | "normal";
  /** How long to wait for another writer, or for a server; 5 s unless told. */
  waitMs?: number;
  /** How long a server may take for one query; 30 s unless told. One that has gone silent would never be done. */
  answerMs?: number;
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

/** A store without Kysely, for commands that must start fast: their SQL is written by hand. */
export interface BareStore {
  address: StoreAddress;
  db: Executor;
  inTransaction<T>(work: (tx: Executor) => Promise<T>, options?: TransactionOptions): Promise<T>;
  close(): Promise<void>;
}

/** The same to read: a part that cannot be read is somebody else's concern, so nothing is checked before. */
export interface BareReader {
  db: Executor;
  /** From now on; whoever was kept waiting once is not kept waiting for every query. */
  waitAtMost(ms: number): void;
  close(): Promise<void>;
}
