import type { CompiledQuery } from "kysely";
import { type Executor, raw, rowsOf, type Value } from "./raw.ts";
import type { Database, Row } from "./tables.ts";

/** What becomes of a row whose key is there already. */
type OnConflict =
  /** The one that is there stays. */
  | "keep"
  /** It takes its place. */
  | "replace"
  /** The same where rows of other tables point at it, which may not lose it for a moment. */
  | "update"
  /** The numbers of the columns in `sums` are added. */
  | "add"
  /** It is an error. */
  | "refuse";

/** Where rows go, and what becomes of those that are there. */
export interface Shape {
  table: string;
  columns: readonly string[];
  key: readonly string[];
  onConflict: OnConflict;
  sums: readonly string[];
  /** The column that numbers new rows; null where nobody asks for it. */
  numbered: string | null;
}

/** Rows of one shape; each engine has its own fastest way to write them. */
export interface Batch {
  /** The same object each time, by which an engine knows the text it has made. */
  shape: Shape;
  rows: readonly (readonly Value[])[];
}

export interface BatchShape<T extends keyof Database> {
  /** In the order of each row's values. */
  columns: readonly (keyof Database[T] & string)[];
  /** A unique one; no two rows of a batch that is added or replaced may share it. */
  key: readonly (keyof Database[T] & string)[];
  onConflict: OnConflict;
  sums?: readonly (keyof Database[T] & string)[];
  numbered?: keyof Database[T] & string;
}

/** A query that is a batch: what the engines' connections look for. */
export interface BatchQuery extends CompiledQuery<number | null> {
  batch: Batch;
}

export function isBatch(query: CompiledQuery): query is BatchQuery {
  return "batch" in query;
}

/**
 * Writes rows of a table. Returns the number of each, in their order, where the shape asks for it; null for one that was there, of several
 * with one key for all but the first.
 */
export function batchInto<T extends keyof Database>(
  table: T,
  shape: BatchShape<T>,
): (tx: Executor, rows: readonly (readonly Value[])[]) => Promise<(number | null)[]> {
  const whole: Shape = { table, sums: [], numbered: null, ...shape };
  return async (tx, rows) => {
    if (rows.length === 0) return [];
    const query: BatchQuery = { ...raw<number | null>(`batch into ${table}`), batch: { shape: whole, rows } };
    return rowsOf(tx, query);
  };
}

/** Rows of a table by many values of one column of their key; each engine has its own fastest way to find them. */
export interface Lookup {
  table: string;
  columns: readonly string[];
  /** The first column of the key, and the one that the values are of. */
  key: readonly [string, string];
  first: Value;
  values: readonly Value[];
}

export interface LookupQuery extends CompiledQuery {
  lookup: Lookup;
}

export function isLookup(query: CompiledQuery): query is LookupQuery {
  return "lookup" in query;
}

/** Rows `first` has at some values, in no order. */
export async function lookUp<T extends keyof Database>(
  tx: Executor,
  table: T,
  lookup: Omit<Lookup, "table">,
): Promise<Row<T>[]> {
  if (lookup.values.length === 0) return [];
  const query = { ...raw<Row<T>>(`look up in ${table}`), lookup: { table, ...lookup } };
  return rowsOf(tx, query);
}

/** `ON CONFLICT …` of a batch, on both engines; empty where a conflict is an error. */
export function conflictClause({ table, columns, key, onConflict, sums }: Shape): string {
  const target = `ON CONFLICT (${quoted(key)}) DO`;
  if (onConflict === "refuse") return "";
  if (onConflict === "keep") return `${target} NOTHING`;
  if (onConflict === "add") return `${target} UPDATE SET ${sums.map((column) => `"${column}" = "${table}"."${column}" + excluded."${column}"`).join(", ")}`; // prettier-ignore
  const others = columns.filter((column) => !key.includes(column));
  if (others.length === 0) return `${target} NOTHING`;
  return `${target} UPDATE SET ${others.map((column) => `"${column}" = excluded."${column}"`).join(", ")}`;
}

export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
