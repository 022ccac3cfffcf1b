import { batchInto } from "../../state/batch.ts";
import { raw, rawWith, rowsOf, type Value } from "../../state/raw.ts";
import type { Db, Tx } from "../../state/store.ts";
import type { Row } from "../../state/tables.ts";
import type { Block } from "./block.ts";

export type TraceRow = Row<"traces">;
/** A row before it has a number. */
export type NewTrace = Omit<TraceRow, "seq">;

/** What every writer of traces holds: two that add to one trace sum it up one after the other. */
export const TRACES = "traces";

const COLUMNS = [
  "id", "name", "agent", "target", "version", "environment", "task", "user", "session", "startedMs", "durationMs", "receivedMs", "spans", "modelCalls", "toolCalls",
  "inputTokens", "outputTokens", "costUsd", "unpricedCalls", "isError", "errorCategory", "success", "successBy", "state", "isComplete", "outcome",
  "notUnderstood", "probability", "models", "tools",
] as const; // prettier-ignore

const insertTraces = batchInto("traces", { columns: COLUMNS, key: ["id"], onConflict: "refuse", numbered: "seq" });
const replaceTraces = batchInto("traces", { columns: ["seq", ...COLUMNS], key: ["seq"], onConflict: "update" });
const insertBlocks = batchInto("spanBlocks", { columns: ["trace", "spans", "facts", "bodies"], key: ["seq"], onConflict: "refuse" }); // prettier-ignore

/** Writes new traces; returns their numbers in order. */
export async function addTraces(tx: Tx, rows: readonly NewTrace[]): Promise<number[]> {
  return (await insertTraces(tx, rows.map(valuesOf))) as number[];
}

export async function replaceTraceRows(tx: Tx, rows: readonly TraceRow[]): Promise<void> {
  await replaceTraces(tx, rows.map((row) => [row.seq, ...valuesOf(row)])); // prettier-ignore
}

const valuesOf = (row: NewTrace): Value[] => COLUMNS.map((column) => row[column]);

export async function addBlocks(tx: Tx, blocks: readonly (Block & { trace: number })[]): Promise<void> {
  await insertBlocks(tx, blocks.map(({ trace, spans, facts, bodies }) => [trace, spans, facts, bodies])); // prettier-ignore
}

/** Names a question: few texts, which an engine knows again. */
const ASKED = 128;

export async function tracesById(tx: Db | Tx, ids: readonly string[]): Promise<Map<string, TraceRow>> {
  const rows = await byMany<TraceRow>(tx, "SELECT * FROM traces WHERE id IN", ids);
  return new Map(rows.map((row) => [row.id, row]));
}

/** What is known of the spans of some traces, block by block in the order they came. */
export async function factsBlocks(
  tx: Db | Tx,
  traces: readonly number[],
): Promise<{ trace: number; facts: Uint8Array }[]> {
  return byMany(tx, 'SELECT trace, facts FROM "spanBlocks" WHERE trace IN', traces, "ORDER BY seq");
}

export async function bodyBlocks(db: Db, trace: number): Promise<Uint8Array[]> {
  const rows = await rowsOf(db, raw<{ bodies: Uint8Array }>('SELECT bodies FROM "spanBlocks" WHERE trace = $1 ORDER BY seq', trace)); // prettier-ignore
  return rows.map(({ bodies }) => bodies);
}

async function byMany<R>(tx: Db | Tx, begin: string, values: readonly Value[], end = ""): Promise<R[]> {
  const found: R[] = [];
  for (let from = 0; from < values.length; from += ASKED) {
    const some = values.slice(from, from + ASKED);
    const padded = Array.from({ length: ASKED }, (_, i) => some[Math.min(i, some.length - 1)] as Value);
    found.push(...(await rowsOf(tx, rawWith<R>(`${begin} (${PLACES}) ${end}`, padded))));
  }
  return found;
}

const PLACES = Array.from({ length: ASKED }, (_, i) => `$${i + 1}`).join(", ");

/** Traces whose id begins so, two at most: one is meant, or nobody knows which. */
export async function tracesLike(db: Db, prefix: string): Promise<TraceRow[]> {
  const sql = "SELECT * FROM traces WHERE id >= $1 AND id < $2 ORDER BY id LIMIT 2";
  return rowsOf(db, raw<TraceRow>(sql, prefix, `${prefix}~`));
}
