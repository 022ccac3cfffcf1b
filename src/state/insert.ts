import type { CompiledQuery } from "kysely";
import { type Executor, raw, rowsOf, type Value } from "./raw.ts";
import type { Database } from "./tables.ts";

/** `INSERT INTO "table" ("a", "b") VALUES ($1, $2)`, for values in the order of the columns; with several rows, one list each. */
export function insertInto<T extends keyof Database>(
  table: T,
  columns: readonly (keyof Database[T] & string)[],
  rows = 1,
): string {
  const list = (row: number) => `(${columns.map((_, i) => `$${row * columns.length + i + 1}`).join(", ")})`;
  const values = Array.from({ length: rows }, (_, row) => list(row)).join(", ");
  return `INSERT INTO "${table}" (${columns.map((column) => `"${column}"`).join(", ")}) VALUES ${values}`;
}

/** Rows a statement: few texts, so that each is parsed once, and few statements for some hundred rows. */
const SIZES = [256, 64, 16, 4, 1];

/** Inserts rows of one shape, many a statement. */
export interface ManyInsert<Inserted> {
  /** What the statements return, in no order. */
  into(tx: Executor, rows: readonly (readonly Value[])[]): Promise<Inserted[]>;
}

/** `ending` follows the values: ON CONFLICT and RETURNING. */
export function insertMany<T extends keyof Database, Inserted = never>(
  table: T,
  columns: readonly (keyof Database[T] & string)[],
  ending: string,
): ManyInsert<Inserted> {
  const texts = new Map<number, string>();
  const textFor = (size: number) => {
    const text = texts.get(size) ?? `${insertInto(table, columns, size)} ${ending}`;
    texts.set(size, text);
    return text;
  };
  const statement = (rows: readonly (readonly Value[])[]): CompiledQuery<Inserted> =>
    raw<Inserted>(textFor(rows.length), ...rows.flat());
  return {
    async into(tx, rows) {
      const inserted: Inserted[] = [];
      for (let from = 0; from < rows.length;) {
        const size = SIZES.find((each) => each <= rows.length - from) ?? 1;
        inserted.push(...(await rowsOf(tx, statement(rows.slice(from, from + size)))));
        from += size;
      }
      return inserted;
    },
  };
}
