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
    releaseConnection: () => Promise.resolve(connection.giveBack()),
    beginTransaction: () => connection.begin(),
    commitTransaction: async () => Promise.resolve(connection.commit()),
    rollbackTransaction: async () => Promise.resolve(connection.rollback()),
    destroy: () => Promise.resolve(connection.close()),
  };
}
