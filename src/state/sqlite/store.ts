import { existsSync } from "node:fs";
import type { StoreAddress } from "../address.ts";
import type { CompiledQuery, QueryResult } from "kysely";
import { AgentopsError, messageOf } from "../../core/errors.ts";
import { SCHEMA_VERSION, SQLITE_ONLY } from "../migrations/migrations.ts";
import { type Executor, firstRow, raw } from "../raw.ts";
import { inTransaction, type Transactions } from "../transaction.ts";
import { storeCodeOf, whyNot } from "../why-not.ts";
import type { BareReader, BareStore, StoreOptions } from "../store.ts";
import { connect, connectToRead, forBatches, isMissing, movedFrom, waitFor } from "./connection.ts";
import { kindOf } from "./errors.ts";
import { FileConnection } from "./file-connection.ts";

export function bareFileReader({ location }: StoreAddress, waitMs: number): BareReader | undefined {
  if (!existsSync(location)) return undefined;
  const connection = new FileConnection(connectToRead(location, 0), waitMs);
  return {
    db: { executeQuery: (query) => withoutTables(connection, query) },
    waitAtMost: (ms) => {
      connection.waitMs = ms;
    },
    close: () => connection.close(),
  };
}

/** A file of an older release has nothing to say of what came later; in one that has every migration, what is missing is a problem. */
async function withoutTables<Row>(connection: FileConnection, query: CompiledQuery<Row>): Promise<QueryResult<Row>> {
  try {
    return await connection.executeQuery<Row>(query);
  } catch (error) {
    if (!isMissing(error)) throw error;
    // Newer than the tables that every release since the first rollouts has.
    if (/: (revision|migrations|processes)$/.test(messageOf(error))) return { rows: [] };
    const version = await firstRow(connection, raw<{ user_version: number }>("PRAGMA user_version"));
    if ((version?.user_version ?? 0) < SQLITE_ONLY.length) return { rows: [] };
    const applied = await firstRow(connection, raw<{ newest: number | null }>("SELECT MAX(number) AS newest FROM migrations")); // prettier-ignore
    if ((applied?.newest ?? 0) < SCHEMA_VERSION) return { rows: [] };
    throw error;
  }
}

export function openFile(file: string, { durability, waitMs = 5000 }: StoreOptions): FileConnection {
  const sqlite = connect(file, { durability, waitMs });
  const movedTo = movedFrom(sqlite);
  if (movedTo === null) {
    // From now on waiting is this connection's own affair: within SQLite it would stop the event loop.
    waitFor(sqlite, 0);
    forBatches(sqlite);
    return new FileConnection(sqlite, waitMs);
  }
  sqlite.close();
  throw movedAway(file, movedTo);
}

export function movedAway(file: string, movedTo: string): AgentopsError {
  return new AgentopsError("STORE_MOVED", `the store ${file} was moved to ${movedTo}`, {
    hint: `store: ${movedTo} in agentops.config.yaml, or AGENTOPS_STORE; the password comes from PGPASSWORD or a service file`,
  });
}

export function bareFileStore(address: StoreAddress, options: StoreOptions): BareStore {
  const connection = openFile(address.location, options);
  const engine = fileTransactions(connection, options.waitMs);
  const db: Executor = { executeQuery: (query) => inTurn(connection, () => connection.executeQuery(query)) };
  return {
    address,
    db,
    inTransaction: (work, given) => inTransaction(engine, work, given),
    close: () => connection.close(),
  };
}

function fileTransactions(connection: FileConnection, waitMs = 5000): Transactions<Executor> {
  return {
    begin: (work) =>
      inTurn(connection, async () => {
        await connection.begin();
        try {
          const done = await work(connection);
          await connection.commit();
          return done;
        } catch (error) {
          await connection.rollback();
          throw error;
        }
      }),
    kindOf,
    why: (error) => whyNot(error, waitMs),
    codeOf: storeCodeOf,
  };
}

async function inTurn<T>(connection: FileConnection, work: () => Promise<T>): Promise<T> {
  await connection.take();
  try {
    return await work();
  } finally {
    await connection.giveBack();
  }
}
