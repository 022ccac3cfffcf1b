import { existsSync } from "node:fs";
import type { StoreAddress } from "../address.ts";
import type { QueryResult } from "kysely";
import { messageOf } from "../../core/errors.ts";
import type { Executor } from "../raw.ts";
import { inTransaction, type TransactionOptions, type Transactions } from "../transaction.ts";
import { whyNot } from "../why-not.ts";
import { connect, connectToRead, type StoreOptions } from "./connection.ts";
import { kindOf } from "./errors.ts";
import { FileConnection } from "./file-connection.ts";

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

export function bareFileReader({ location }: StoreAddress, waitMs: number): BareReader | undefined {
  if (!existsSync(location)) return undefined;
  const connection = new FileConnection(connectToRead(location, 0), waitMs);
  return {
    db: { executeQuery: (query) => withoutTables(connection.executeQuery(query)) },
    waitAtMost: (ms) => {
      connection.waitMs = ms;
    },
    close: () => Promise.resolve(connection.close()),
  };
}

/** A file from before there was a table has nothing to say of it. */
async function withoutTables<Row>(result: Promise<QueryResult<Row>>): Promise<QueryResult<Row>> {
  try {
    return await result;
  } catch (error) {
    if (/^no such (table|column)/.test(messageOf(error))) return { rows: [] };
    throw error;
  }
}

export function openFile(file: string, { durability, waitMs = 5000 }: StoreOptions): FileConnection {
  return new FileConnection(connect(file, { durability, waitMs }), waitMs);
}

export function bareFileStore(address: StoreAddress, options: StoreOptions): BareStore {
  const connection = openFile(address.location, options);
  const engine = fileTransactions(connection, options.waitMs);
  const db: Executor = { executeQuery: (query) => inTurn(connection, () => connection.executeQuery(query)) };
  return {
    address,
    db,
    inTransaction: (work, given) => inTransaction(engine, work, given),
    close: () => Promise.resolve(connection.close()),
  };
}

function fileTransactions(connection: FileConnection, waitMs = 5000): Transactions<Executor> {
  return {
    begin: (work) =>
      inTurn(connection, async () => {
        await connection.begin();
        try {
          const done = await work(connection);
          connection.commit();
          return done;
        } catch (error) {
          connection.rollback();
          throw error;
        }
      }),
    kindOf,
    why: (error) => whyNot(error, waitMs),
  };
}

async function inTurn<T>(connection: FileConnection, work: () => Promise<T>): Promise<T> {
  await connection.take();
  try {
    return await work();
  } finally {
    connection.giveBack();
  }
}
