import type { CompiledQuery } from "kysely";
import { connectToRead, dataVersion, hasTable } from "./sqlite/connection.ts";

/** A file that is read without waiting: by an agent's own process, at each of its steps. */
export interface FileReader {
  /** Another value after every change that another connection committed. */
  version(): unknown;
  /** None in a store from before there was such a table. Throws what SQLite throws. */
  all<Row>(query: CompiledQuery<Row>): Row[];
  /** Of the operators' changes; null in a store from before anything could be released. */
  revision(query: CompiledQuery<{ value: number }>): number | null;
  /** Several queries of one moment. */
  atOnce<T>(read: () => T): T;
  close(): void;
}

export function openFileReader(file: string, waitMs: number): FileReader {
  const sqlite = connectToRead(file, waitMs);
  try {
    const version = dataVersion(sqlite);
    const all = <Row>({ sql, parameters }: CompiledQuery<Row>) =>
      sqlite.prepare<unknown[], Row>(sql.replace(/\$\d+/g, "?")).all(...parameters);
    return {
      version,
      all: (query) => (hasTable(sqlite, "kills") ? all(query) : []),
      revision: (query) => {
        if (!hasTable(sqlite, "stables")) return null;
        return hasTable(sqlite, "revision") ? (all(query)[0]?.value ?? 0) : lastEvent();
      },
      atOnce: (read) => sqlite.transaction(read)(),
      close: () => void sqlite.close(),
    };
    // Before there was a revision, it was the number of the newest event.
    function lastEvent(): number {
      return sqlite.prepare<[], number | null>("SELECT MAX(id) FROM auditEvents").pluck().get() ?? 0;
    }
  } catch (error) {
    sqlite.close();
    throw error;
  }
}
