import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { SCHEMA_VERSION } from "../migrations/migrations.ts";
import type { StoreFacts } from "../store-facts.ts";
import { storeCodeOf, wayOut, whyNot } from "../why-not.ts";
import { connectToRead, hasTable, movedFrom, type Sqlite } from "./connection.ts";
import { openFile } from "./driver.ts";
import { versionOf } from "./migrate.ts";
import { movedAway } from "./store.ts";

/** A file is opened to be read only, and not at all where there is none. Throws STORE_FAILED, STORE_REFUSED, STORE_NEWER, STORE_MOVED. */
export function examineFile(file: string, waitMs: number): StoreFacts {
  const found = { engine: "SQLite", migratesItself: true, clock: null };
  let sqlite: Sqlite | undefined;
  try {
    const what = statSync(file, { throwIfNoEntry: false });
    if (what === undefined) return { ...found, schema: null, writable: true };
    sqlite = connectToRead(file, waitMs);
    const version = versionOf(sqlite);
    const movedTo = hasTable(sqlite, "revision") ? movedFrom(sqlite) : null;
    if (movedTo !== null) throw movedAway(file, movedTo);
    const schema = { version, pending: Math.max(0, SCHEMA_VERSION - version) };
    return { ...found, schema, writable: isWritable(file) };
  } catch (error) {
    if (error instanceof AgentopsError) throw error;
    throw new AgentopsError(storeCodeOf(error), `cannot read the store ${file}: ${whyNot(error, waitMs)}`, {
      hint: wayOut(error),
      cause: error,
    });
  } finally {
    sqlite?.close();
  }
}

/** The folder too: SQLite writes a log beside the file. */
function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    accessSync(dirname(file), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The driver's binary is loaded with the first database, so one is opened in memory. */
export function engineVersion(): string {
  const sqlite = openFile(":memory:", {});
  try {
    return sqlite.prepare<[], string>("SELECT sqlite_version()").pluck().get() ?? "unknown";
  } finally {
    sqlite.close();
  }
}
