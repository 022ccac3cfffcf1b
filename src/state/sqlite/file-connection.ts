import { pause } from "../../core/pause.ts";
import type { Statement } from "better-sqlite3";
import type { CompiledQuery, DatabaseConnection, QueryResult } from "kysely";
import { isBatch, isLookup } from "../batch.ts";
import { isLock } from "../locks.ts";
import { findRows, writeBatch } from "./batch.ts";
import type { Sqlite } from "./connection.ts";

/** Distinct texts of a process are some hundred; lists of varying length would make more. */
const MOST_STATEMENTS = 500;
const LONGEST_PAUSE_MS = 20;
/** SQLite has done it by then. */
const DONE = Promise.resolve();

/**
 * The one writing connection of a file and process. Statements are prepared once; whoever wants it waits in line; the write lock is asked
 * for again and again instead of within SQLite, which would stop the event loop, and with it the transaction that holds the lock.
 */
export class FileConnection implements DatabaseConnection {
  readonly #sqlite: Sqlite;
  waitMs: number;
  readonly #statements = new Map<string, Statement>();
  readonly #waiting: (() => void)[] = [];
  #taken = false;

  constructor(sqlite: Sqlite, waitMs: number) {
    this.#sqlite = sqlite;
    this.waitMs = waitMs;
  }

  /** First come, first served. */
  take(): Promise<void> {
    if (this.#taken) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#taken = true;
    return Promise.resolve();
  }

  giveBack(): Promise<void> {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken = false;
    else next();
    return DONE;
  }

  /** Takes the write lock before the first read, so that nobody else decides on the same state. */
  async begin(): Promise<void> {
    await this.#patiently(() => this.#sqlite.exec("BEGIN IMMEDIATE"));
  }

  commit(): Promise<void> {
    this.#sqlite.exec("COMMIT");
    return DONE;
  }

  /** SQLite ends some transactions by itself. */
  rollback(): Promise<void> {
    if (this.#sqlite.inTransaction) this.#sqlite.exec("ROLLBACK");
    return DONE;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const run = () => this.#run<Row>(query);
    return this.#sqlite.inTransaction ? run() : this.#patiently(run);
  }

  // eslint-disable-next-line require-yield -- what Kysely asks of a connection; nothing here streams from it
  async *streamQuery(): AsyncIterableIterator<never> {
    throw await Promise.resolve(new Error("a store's queries are read whole"));
  }

  close(): Promise<void> {
    this.#sqlite.close();
    return DONE;
  }

  #run<Row>(query: CompiledQuery): QueryResult<Row> {
    if (isBatch(query)) return { rows: writeBatch((sql) => this.#prepared(sql), query.batch) as Row[] };
    if (isLookup(query)) return { rows: findRows((sql) => this.#prepared(sql), query.lookup) as Row[] };
    // Whoever writes has the file to itself.
    if (isLock(query)) return { rows: [false] as Row[] };
    const { sql, parameters } = query;
    const statement = this.#prepared(sql);
    if (statement.reader) return { rows: statement.all(...parameters) as Row[] };
    const { changes, lastInsertRowid } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  #prepared(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    // Its driver binds by position only to placeholders without a number.
    const statement = this.#sqlite.prepare(sql.replace(/\$\d+/g, "?"));
    if (this.#statements.size >= MOST_STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Again while another process holds a lock, as long as this connection waits. */
  async #patiently<T>(work: () => T): Promise<T> {
    let since: number | undefined;
    for (let ms = 1; ; ms = Math.min(ms * 2, LONGEST_PAUSE_MS)) {
      try {
        return work();
      } catch (error) {
        const now = performance.now();
        since ??= now;
        const locked = (error as { code?: unknown }).code === "SQLITE_BUSY";
        if (!locked || now - since >= this.waitMs) throw error;
        await pause(ms);
      }
    }
  }
}
