import type { CompiledQuery } from "kysely";
import { connectToRead, dataVersion, hasTable, isMissing } from "./sqlite/connection.ts";

/** A file that is read without waiting: by an agent's own process, at each of its steps. */
export interface FileReader {
  /** Another value after every change that another connection committed. */
  version(): unknown;
  /** None in a store from before there was such a table. Throws what SQLite throws. */
  all<Row>(query: CompiledQuery<Row>): Row[];
  /** The number of the newest audit event, which was the revision before there was one; null in a store from before anything could be released. */
  lastEvent(): number | null;
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
      all: (query) => withoutTables(() => all(query)),
      lastEvent: () => {
        if (!hasTable(sqlite, "stables")) return null;
        return sqlite.prepare<[], number | null>("SELECT MAX(id) FROM auditEvents").pluck().get() ?? 0;
      },
      atOnce: (read) => sqlite.transaction(read)(),
      close: () => void sqlite.close(),
    };
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function withoutTables<Row>(read: () => Row[]): Row[] {
  try {
    return read();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
