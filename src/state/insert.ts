import type { Database } from "./tables.ts";

/** `INSERT INTO table (a, b) VALUES (?, ?)`, for values in the order of the columns. */
export function insertInto<T extends keyof Database>(
  table: T,
  columns: readonly (keyof Database[T] & string)[],
): string {
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
}
