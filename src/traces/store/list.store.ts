import type { Expression, ExpressionBuilder, SqlBool } from "kysely";
import type { Db } from "../../state/store.ts";
import type { Database } from "../../state/tables.ts";
import type { TraceRow } from "./traces.store.ts";

/** Which traces are meant; all of them hold. */
export interface Filters {
  target?: string | undefined;
  version?: string | undefined;
  /** true: those that failed, or in which something did. */
  error?: boolean | undefined;
  /** Those that took at least so long. */
  slowMs?: number | undefined;
  /** Those that cost at least so much. */
  costlyUsd?: number | undefined;
  /** Those in which a tool of this name was called. */
  tool?: string | undefined;
  user?: string | undefined;
  /** Those that began then or later. */
  sinceMs?: number | undefined;
}

export async function listTraces(
  db: Db,
  filters: Filters,
  { limit, offset }: { limit: number; offset: number },
): Promise<TraceRow[]> {
  return db
    .selectFrom("traces")
    .selectAll()
    .where((eb) => where(eb, filters))
    .orderBy("startedMs", "desc")
    .orderBy("seq", "desc")
    .limit(limit)
    .offset(offset)
    .execute();
}

export async function countTraces(db: Db, filters: Filters): Promise<number> {
  const { n } = await db
    .selectFrom("traces")
    .select((eb) => eb.fn.countAll<number>().as("n"))
    .where((eb) => where(eb, filters))
    .executeTakeFirstOrThrow();
  return n;
}

function where(eb: ExpressionBuilder<Database, "traces">, filters: Filters): Expression<SqlBool> {
  const { target, version, error, slowMs, costlyUsd, tool, user, sinceMs } = filters;
  const all: Expression<SqlBool>[] = [];
  if (target !== undefined) all.push(eb.or([eb("target", "=", target), eb("agent", "=", target.replace(/^agents\//, ""))])); // prettier-ignore
  if (version !== undefined) all.push(eb("version", "=", version));
  if (error === true) all.push(eb("isError", "=", 1));
  if (slowMs !== undefined) all.push(eb("durationMs", ">=", slowMs));
  if (costlyUsd !== undefined) all.push(eb("costUsd", ">=", costlyUsd));
  // In a JSON list a name stands between quotes.
  if (tool !== undefined) all.push(eb("tools", "like", `%${JSON.stringify(tool).replaceAll(/[%_]/g, "_")}%`));
  if (user !== undefined) all.push(eb("user", "=", user));
  if (sinceMs !== undefined) all.push(eb("startedMs", ">=", sinceMs));
  return eb.and(all);
}
