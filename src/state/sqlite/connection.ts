import { dirname } from "node:path";
import type BetterSqlite3 from "better-sqlite3";
import { AgentopsError, messageOf } from "../../core/errors.ts";
import { ignoreItself, makeFolder } from "../../core/folder.ts";
import type { StoreOptions } from "../store.ts";
import type { Database } from "../tables.ts";
import { markerFolder } from "../address.ts";
import { isForbidden, isFull, storeCodeOf, wayOut, whyNot } from "../why-not.ts";
import { openFile } from "./driver.ts";
import { migrate } from "./migrate.ts";
import { refuseFolder, refuseForeign } from "./ours.ts";

export type Sqlite = BetterSqlite3.Database;

/** Opens (and creates or migrates) the store's file; throws STORE_FAILED or STORE_REFUSED with the file and the cause, STORE_NEWER, STORE_MOVED. */
export function connect(file: string, { durability, waitMs = 5000 }: StoreOptions): Sqlite {
  let sqlite: Sqlite | undefined;
  try {
    makeFolder(dirname(file));
    refuseFolder(file);
    // The driver takes whole milliseconds only, and what is left of a wait seldom is.
    sqlite = openFile(file, { timeout: Math.ceil(waitMs) });
    // Before anything is written, in it or beside it.
    refuseForeign(sqlite, file);
    makeMarkerFolder(file);
    ignoreItself(file);
    sqlite.pragma("journal_mode = WAL");
    sqlite.pragma(`synchronous = ${durability}`);
    sqlite.pragma("foreign_keys = ON");
    // Kilobytes: rows are written once and read in order, so a larger cache would only hold memory.
    sqlite.pragma("cache_size = -4000");
    sqlite.pragma("temp.cache_size = -2000");
    migrate(sqlite);
    return sqlite;
  } catch (error) {
    sqlite?.close();
    if (error instanceof AgentopsError) throw error;
    const why = isForbidden(error) || isFull(error) ? whyNot(error) : messageOf(error);
    throw new AgentopsError(storeCodeOf(error), `cannot open the store ${file}: ${why}`, {
      hint: wayOut(error),
      cause: error,
    });
  }
}

/** Opens a store that is there, to read it; creates and migrates nothing. Throws STORE_REFUSED for what is none, and what SQLite throws. */
export function connectToRead(file: string, waitMs: number): Sqlite {
  refuseFolder(file);
  const sqlite = openFile(file, { readonly: true, fileMustExist: true, timeout: Math.ceil(waitMs) });
  try {
    refuseForeign(sqlite, file);
  } catch (error) {
    // A lock or a damage meets the first query too, and whoever asks it knows how long to wait.
    if (!(error instanceof AgentopsError)) return sqlite;
    sqlite.close();
    throw error;
  }
  return sqlite;
}

/** False in a store from before there was such a table. */
export function hasTable(sqlite: Sqlite, table: keyof Database): boolean {
  return sqlite.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table) !== undefined;
}

/** A file from before there was a table or a column has nothing to say of it. */
export function isMissing(error: unknown): boolean {
  return /^no such (table|column)/.test(messageOf(error));
}

/** Another number after every change that another connection committed. */
export function dataVersion(sqlite: Sqlite): () => unknown {
  const version = sqlite.prepare("PRAGMA data_version").pluck();
  return () => version.get();
}

/** Where the file's store was copied to; null while it is in force. */
export function movedFrom(sqlite: Sqlite): string | null {
  return sqlite.prepare<[], string | null>("SELECT movedTo FROM revision").pluck().get() ?? null;
}

/** Units lie scattered, so a batch touches many pages: kept at hand (32 MB), and copied back into the file after some batches instead of each (pages; 32 MB). */
export function forBatches(sqlite: Sqlite): void {
  sqlite.pragma("cache_size = -32000");
  sqlite.pragma("wal_autocheckpoint = 8000");
}

/** Keys of requests lie scattered too: fewer pages at hand (12 MB), and copied back as seldom. */
export function forRows(sqlite: Sqlite): void {
  sqlite.pragma("cache_size = -12000");
  sqlite.pragma("wal_autocheckpoint = 8000");
}

/** How long to wait for another writer from now on; whole ms. */
export function waitFor(sqlite: Sqlite, waitMs: number): void {
  sqlite.pragma(`busy_timeout = ${waitMs}`);
}

/** Made while all is well: on a full disk a file without content can still be made, a folder may not. */
function makeMarkerFolder(file: string): void {
  try {
    makeFolder(markerFolder(file));
  } catch {
    // The store says what is wrong with its folder, and a kill what is wrong with its marker.
  }
}
