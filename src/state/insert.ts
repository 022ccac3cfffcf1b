import { quoted } from "./batch.ts";
import type { Database } from "./tables.ts";

/** `INSERT INTO "table" ("a", "b") VALUES ($1, $2)`, for values in the order of the columns. */
export function insertInto<T extends keyof Database>(
  table: T,
  columns: readonly (keyof Database[T] & string)[],
): string {
  return `INSERT INTO "${table}" (${quoted(columns)}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(", ")})`;
}
