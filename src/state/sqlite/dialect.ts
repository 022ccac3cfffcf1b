import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { FileConnection } from "./file-connection.ts";

/** Kysely's SQLite over a {@link FileConnection}: its own driver begins without the write lock and prepares each statement anew. */
export function fileDialect(connection: FileConnection): Dialect {
  return {
    createDriver: () => driverOf(connection),
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

function driverOf(connection: FileConnection): Driver {
  return {
    init: () => Promise.resolve(),
    async acquireConnection(): Promise<DatabaseConnection> {
      await connection.take();
      return connection;
    },
    beginTransaction: () => connection.begin(),
    commitTransaction: () => connection.commit(),
    rollbackTransaction: () => connection.rollback(),
    releaseConnection: () => connection.giveBack(),
    destroy: () => connection.close(),
  };
}
