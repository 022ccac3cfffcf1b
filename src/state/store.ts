import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type BetterSqlite3 from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { AgentopsError, messageOf } from "../core/errors.ts";
import { migrate } from "./migrate.ts";
import type { Database } from "./tables.ts";

/** The open store. Queries go through `db`; hot paths prepare statements on `sqlite`. */
export interface Store {
  db: Kysely<Database>;
  sqlite: BetterSqlite3.Database;
  file: string;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** `full`: an operator's action survives a power cut. `normal`: a crash of the process loses nothing, a power cut the last moments. */
  durability: "full" | "normal";
}

/** Where a project keeps its state. */
export function storeFile(root: string, env: NodeJS.ProcessEnv): string {
  return env["AGENTOPS_STORE"] ?? join(root, ".agentops", "state.db");
}

/** Opens (and creates or migrates) the store; throws STORE_FAILED with the file and the cause, STORE_NEWER. */
export function openStore(file: string, options: StoreOptions): Store {
  const Database = loadDriver();
  try {
    makeFolder(dirname(file));
    const sqlite = new Database(file, { timeout: 5000 });
    sqlite.pragma("journal_mode = WAL");
    sqlite.pragma(`synchronous = ${options.durability}`);
    sqlite.pragma("foreign_keys = ON");
    // Kilobytes: rows are written once and read in order, so a larger cache would only hold memory.
    sqlite.pragma("cache_size = -4000");
    sqlite.pragma("temp.cache_size = -2000");
    migrate(sqlite);
    const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: sqlite }) });
    return { db, sqlite, file, close: () => db.destroy() };
  } catch (error) {
    if (error instanceof AgentopsError) throw error;
    throw new AgentopsError("STORE_FAILED", `cannot open the store ${file}: ${messageOf(error)}`, {
      hint: "it is one SQLite file; move it away to start anew, or set AGENTOPS_STORE",
      cause: error,
    });
  }
}

/** Folder by folder: node's own recursive mkdir never returns under /proc, and someone on call must get an answer. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been faster.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** better-sqlite3 13 crashes the process on Node 20, so the pair is checked before the binary is loaded. */
function loadDriver(): typeof BetterSqlite3 {
  const require = createRequire(import.meta.url);
  const { version } = require("better-sqlite3/package.json") as { version: string };
  const node = Number(process.versions.node.split(".")[0]);
  if (node < 22 && Number(version.split(".")[0]) >= 13) {
    throw new AgentopsError("STORE_FAILED", `better-sqlite3 ${version} does not run on Node ${node}`, {
      hint: "npm i better-sqlite3@12   (or use Node 22 or newer)",
    });
  }
  try {
    return require("better-sqlite3") as typeof BetterSqlite3;
  } catch (error) {
    throw new AgentopsError("STORE_FAILED", `cannot load better-sqlite3: ${messageOf(error)}`, {
      hint: "npm rebuild better-sqlite3",
      cause: error,
    });
  }
}
