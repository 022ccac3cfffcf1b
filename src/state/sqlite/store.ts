import type { StoreAddress } from "../address.ts";
import type { Executor } from "../raw.ts";
import { inTransaction, type TransactionOptions, type Transactions } from "../transaction.ts";
import { whyNot } from "../why-not.ts";
import { connect, type StoreOptions } from "./connection.ts";
import { kindOf } from "./errors.ts";
import { FileConnection } from "./file-connection.ts";

/** A store without Kysely, for commands that must start fast: their SQL is written by hand. */
export interface BareStore {
  address: StoreAddress;
  db: Executor;
  inTransaction<T>(work: (tx: Executor) => Promise<T>, options?: TransactionOptions): Promise<T>;
  close(): Promise<void>;
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
