import { Kysely, PostgresAdapter, PostgresDialect, PostgresDriver, sql } from "kysely";
import type { CompiledQuery, DatabaseConnection, PostgresDialectConfig, QueryResult } from "kysely";
import { AgentopsError, type ErrorCode } from "../../core/errors.ts";
import type { StoreAddress } from "../address.ts";
import type { StoreOptions } from "../store.ts";
import type { Store, Tx } from "../store.ts";
import type { Database } from "../tables.ts";
import { inTransaction, type Transactions } from "../transaction.ts";
import type { BareReader } from "../store.ts";
import { isBatch, isLookup } from "../batch.ts";
import { isLock } from "../locks.ts";
import { raw } from "../raw.ts";
import { lookupQuery, writeBatch } from "./batch.ts";
import { AT_COMMIT, isRefused, kindOf, wayOut, whyNotServer } from "./errors.ts";
import type { Migrated } from "../migrations/migrations.ts";
import { migrateServer, pendingMigrations, requireSchema } from "./migrate.ts";
import { closePool, openPool } from "./pool.ts";

/** One for each thing that a command or an agent's thread does at once; operators share a server's hundred. */
const CONNECTIONS = 4;
const ANSWER_MS = 30_000;

/** Of {@link StoreOptions}. */
export interface Waits {
  waitMs: number;
  answerMs?: number | undefined;
}

/** Connects and checks the schema; migrates nothing. Throws STORE_FAILED, STORE_NEWER, STORE_OLD. */
export async function openServer(address: StoreAddress, { waitMs = 5000, answerMs }: StoreOptions): Promise<Store> {
  const store = await connectServer(address, { waitMs, answerMs });
  try {
    await requireSchema(address, store.db);
    return store;
  } catch (error) {
    await store.close();
    throw error instanceof AgentopsError ? error : unreachable(address, error);
  }
}

/** To read what can be read, whatever its schema is: someone on call asks what is killed also where a newer release has changed the rest. */
export async function readerOf(address: StoreAddress, { waitMs, answerMs }: Waits): Promise<BareReader> {
  const store = await connectServer(address, { waitMs, answerMs }, 1);
  try {
    await sql`SELECT 1`.execute(store.db);
  } catch (error) {
    await store.close();
    throw unreachable(address, error);
  }
  return {
    db: store.db,
    // On the one connection, so before the next query.
    waitAtMost: (ms) =>
      void sql
        .raw(`SET lock_timeout = ${Math.max(1, ms)}`)
        .execute(store.db)
        .catch(() => undefined),
    close: () => store.close(),
  };
}

/** The same for whoever migrates it. */
export async function connectServer(
  address: StoreAddress,
  { waitMs, answerMs = ANSWER_MS }: Waits,
  connections = CONNECTIONS,
): Promise<Store> {
  const pool = await openPool({ url: address.location, max: connections, waitMs, answerMs });
  const db = new Kysely<Database>({ dialect: serverDialect({ pool }) });
  const engine = serverTransactions(db);
  return {
    address,
    db,
    inTransaction: (work, given) => inTransaction(engine, work, given),
    async close() {
      await db.destroy();
      await closePool(pool);
    },
  };
}

/** Words for a server that cannot be used at all. */
export function unreachable({ shown }: StoreAddress, cause: unknown): AgentopsError {
  return new AgentopsError(serverCodeOf(cause), `cannot use the store ${shown}: ${whyNotServer(cause)}`, {
    hint: wayOut(cause),
    cause,
  });
}

function serverCodeOf(error: unknown): ErrorCode {
  return isRefused(error) ? "STORE_REFUSED" : "STORE_FAILED";
}

function serverDialect(config: PostgresDialectConfig): PostgresDialect {
  return new (class extends PostgresDialect {
    override createDriver = () => new TolerantDriver(config);
    override createAdapter = () => new PostgresAdapter();
  })(config);
}

/** A failing ROLLBACK must not hide the error of the work, and an error of COMMIT says less than any other. */
class TolerantDriver extends PostgresDriver {
  readonly #batching = new WeakSet<DatabaseConnection>();

  /** Its connections also write batches. */
  override async acquireConnection(): Promise<never> {
    const connection: DatabaseConnection = await super.acquireConnection();
    if (!this.#batching.has(connection)) {
      const execute = connection.executeQuery.bind(connection);
      connection.executeQuery = async <Row>(query: CompiledQuery): Promise<QueryResult<Row>> => {
        if (isBatch(query)) return { rows: (await writeBatch({ executeQuery: execute }, query.batch)) as Row[] };
        if (isLock(query)) {
          await execute(lockQuery("pg_advisory_xact_lock", query.locks));
          return { rows: [true] as Row[] };
        }
        return execute<Row>(isLookup(query) ? lookupQuery(query.lookup) : query);
      };
      this.#batching.add(connection);
    }
    return connection as never;
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await super.rollbackTransaction(connection as never).catch(() => undefined);
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await super.commitTransaction(connection as never).catch((error: unknown) => {
      throw Object.assign(error as Error, { [AT_COMMIT]: true });
    });
  }
}

function serverTransactions(db: Kysely<Database>): Transactions<Tx> {
  return {
    kindOf,
    why: whyNotServer,
    codeOf: serverCodeOf,
    begin: (work, { locks, lockedAlone }) =>
      db.connection().execute(async (session) => {
        try {
          // Before BEGIN: a lock taken within a transaction is held after its snapshot was taken, too late to decide on what the last one wrote.
          if (locks.length > 0) await session.executeQuery(lockQuery("pg_advisory_lock", locks));
          const level = lockedAlone ? "read committed" : "serializable";
          return await session.transaction().setIsolationLevel(level).execute(work);
        } finally {
          // Of several the first may be held where the next was not given. A connection that is gone holds nothing.
          if (locks.length > 0) await session.executeQuery(UNLOCK).catch(() => undefined);
        }
      }),
  };
}

const UNLOCK = raw("SELECT pg_advisory_unlock_all()");

/** In the order of their names, so that nobody waits for somebody who waits. */
function lockQuery(call: string, locks: readonly string[]): CompiledQuery {
  return raw(
    `SELECT ${call}(hashtextextended(name, 0)) FROM json_array_elements_text($1::json) WITH ORDINALITY AS n (name, i) ORDER BY i`,
    JSON.stringify(locks),
  );
}

/** Makes or changes a server's tables, with the rights of whoever asks. */
export async function migrateAt(address: StoreAddress, waitMs: number): Promise<Migrated> {
  const store = await connectServer(address, { waitMs, answerMs: Infinity });
  try {
    const { version: from } = await pendingMigrations(store.db);
    await migrateServer(store.db);
    const { version: to } = await pendingMigrations(store.db);
    return { from, to };
  } catch (error) {
    throw error instanceof AgentopsError ? error : unreachable(address, error);
  } finally {
    await store.close();
  }
}
