import { Kysely } from "kysely";
import { connect, connectToRead, forRows, type Sqlite } from "./sqlite/connection.ts";
import { fileDialect } from "./sqlite/dialect.ts";
import { FileConnection } from "./sqlite/file-connection.ts";
import { openFile } from "./sqlite/driver.ts";
import { migrate, versionOf } from "./sqlite/migrate.ts";
import type { Store, StoreOptions } from "./store.ts";
import type { Database } from "./tables.ts";
import { type Gone, watchFile } from "./watch-file.ts";

/**
 * Where runs, their cases and their trials are: a file on this machine, whatever engine the store has. An eval writes thousands of rows a
 * second and reads them in pages, so their stores prepare statements on the file itself.
 */
export interface RunStore {
  file: string;
  db: Kysely<Database>;
  sqlite: Sqlite;
  /** What people learnt about judges is everybody's; opened when it is asked for, so that an eval without a judge needs no server. */
  shared(): Promise<Store>;
  /** Whether another file, or none, is at its path by now. */
  gone(): Gone | null;
  /** What somebody who opens the file now would read in it. Throws what SQLite throws. */
  afresh<T>(read: (sqlite: Sqlite) => T): T;
  close(): Promise<void>;
}

/** Opens (and creates or migrates) the file; throws STORE_FAILED with the file and the cause, STORE_NEWER. */
export function openRuns(file: string, openShared: () => Promise<Store>, options: StoreOptions): RunStore {
  const sqlite = connect(file, options);
  forRows(sqlite);
  return runStore(file, sqlite, openShared, options.waitMs ?? 5000);
}

/** Opens the file of runs to read it: creates and migrates nothing. Throws STORE_NEWER, and what SQLite throws, also where there is no file. */
export function openRunsToRead(file: string, waitMs: number): RunStore {
  const sqlite = connectToRead(file, waitMs);
  try {
    versionOf(sqlite);
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return runStore(file, sqlite, () => Promise.reject(new Error("opened to read what this machine ran")), waitMs);
}

/** A store in memory, for what is only looked at: nothing of it outlives its close. */
export function openScratchRuns(): RunStore {
  const sqlite = openFile(":memory:", {});
  migrate(sqlite);
  return runStore(":memory:", sqlite, () => Promise.reject(new Error("nothing is shared of it")), 0);
}

function runStore(file: string, sqlite: Sqlite, openShared: () => Promise<Store>, waitMs: number): RunStore {
  const db = new Kysely<Database>({ dialect: fileDialect(new FileConnection(sqlite, waitMs)) });
  let shared: Promise<Store> | undefined;
  return {
    file,
    db,
    sqlite,
    shared: () => (shared ??= openShared()),
    gone: watchFile(file),
    afresh(read) {
      const other = connectToRead(file, waitMs);
      try {
        return read(other);
      } finally {
        other.close();
      }
    },
    async close() {
      await shared?.then(
        (store) => store.close(),
        () => undefined,
      );
      await db.destroy();
      sqlite.close();
    },
  };
}
