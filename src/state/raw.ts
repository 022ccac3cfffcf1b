import type { CompiledQuery, QueryResult } from "kysely";

export type Value = string | number | Uint8Array | null;

/** What a query needs: a store's `db`, a transaction, or the bare connection of a command that must start fast and loads no Kysely. */
export interface Executor {
  executeQuery<Row>(query: CompiledQuery<Row>): Promise<QueryResult<Row>>;
}

/**
 * SQL written by hand, for both engines: placeholders are `$1`, `$2` … in order, each once, and names in camelCase stand in double quotes.
 * Everything else is written with Kysely, which knows the tables.
 */
export function raw<Row>(sql: string, ...parameters: Value[]): CompiledQuery<Row> {
  return rawWith(sql, parameters);
}

/** The same for parameters by the thousand. */
export function rawWith<Row>(sql: string, parameters: readonly Value[]): CompiledQuery<Row> {
  return { sql, parameters, query: { kind: "RawNode", sqlFragments: [sql], parameters: [] }, queryId: QUERY_ID };
}

const QUERY_ID = { queryId: "raw" };

/** The rows of a query. */
export async function rowsOf<Row>(db: Executor, query: CompiledQuery<Row>): Promise<Row[]> {
  return (await db.executeQuery(query)).rows;
}

/** The first row of a query, if any. */
export async function firstRow<Row>(db: Executor, query: CompiledQuery<Row>): Promise<Row | undefined> {
  return (await db.executeQuery(query)).rows[0];
}
