import { Kysely, SqliteDialect } from "kysely";
import { connect, type Sqlite, type StoreOptions } from "./connection.ts";
import type { Database } from "./tables.ts";

export type { StoreOptions } from "./connection.ts";
export { storeFile } from "./store-file.ts";

/** The open store. Queries go through `db`; hot paths prepare statements on `sqlite`. */
export interface Store {
  db: Kysely<Database>;
  sqlite: Sqlite;
  file: string;
  close(): Promise<void>;
}

/** Opens (and creates or migrates) the store; throws STORE_FAILED with the file and the cause, STORE_NEWER. */
export function openStore(file: string, options: StoreOptions): Store {
  const sqlite = connect(file, options);
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: sqlite }) });
  const close = async () => {
    await db.destroy();
    // Kysely closes only what it has used.
    sqlite.close();
  };
  return { db, sqlite, file, close };
}
