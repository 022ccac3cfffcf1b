import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { addressOf, type StoreAddress } from "../address.ts";
import type { FileFacts, Schema } from "../examine.ts";
import { SCHEMA_VERSION } from "../migrations/migrations.ts";
import { whyNot } from "../why-not.ts";
import { connectToRead, hasTable, loadDriver, movedFrom, type Sqlite } from "./connection.ts";
import { versionOf } from "./migrate.ts";

/** A file is opened to be read only, and not at all where there is none. Throws STORE_FAILED, STORE_NEWER. */
export function examineFile({ location }: StoreAddress, waitMs: number): FileFacts {
  if (!existsSync(location)) return { engine: "sqlite", schema: null, movedTo: null, writable: true };
  let sqlite: Sqlite | undefined;
  try {
    sqlite = connectToRead(location, waitMs);
    return { engine: "sqlite", schema: schemaOf(sqlite), movedTo: newAddress(sqlite), writable: isWritable(location) };
  } catch (error) {
    if (error instanceof AgentopsError) throw error;
    throw new AgentopsError("STORE_FAILED", `cannot read the store ${location}: ${whyNot(error, waitMs)}`, {
      hint: "it is one SQLite file; move it away to start anew, or set AGENTOPS_STORE",
      cause: error,
    });
  } finally {
    sqlite?.close();
  }
}

function newAddress(sqlite: Sqlite): string | null {
  const movedTo = hasTable(sqlite, "revision") ? movedFrom(sqlite) : null;
  return movedTo === null ? null : addressOf(movedTo).shown;
}

function schemaOf(sqlite: Sqlite): Schema {
  const version = versionOf(sqlite);
  return { version, pending: Math.max(0, SCHEMA_VERSION - version) };
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
export function driverVersion(): string {
  const sqlite = new (loadDriver())(":memory:");
  try {
    return sqlite.prepare<[], string>("SELECT sqlite_version()").pluck().get() ?? "unknown";
  } finally {
    sqlite.close();
  }
}
