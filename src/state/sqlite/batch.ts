import type { Statement } from "better-sqlite3";
import { type Batch, conflictClause, type Lookup, quoted, type Shape } from "../batch.ts";

/** A statement a row, prepared once: within a process that is faster than long statements, and it says which rows are new. */
export function writeBatch(prepared: (sql: string) => Statement, { shape, rows }: Batch): (number | null)[] {
  const statement = prepared(textOf(shape));
  if (shape.numbered === null) {
    for (const row of rows) statement.run(...row);
    return [];
  }
  return rows.map((row) => {
    const { changes, lastInsertRowid } = statement.run(...row);
    return changes === 0 ? null : Number(lastInsertRowid);
  });
}

const texts = new WeakMap<Shape, string>();

function textOf(shape: Shape): string {
  const known = texts.get(shape);
  if (known !== undefined) return known;
  const { table, columns, onConflict } = shape;
  const values = `INTO "${table}" (${quoted(columns)}) VALUES (${columns.map(() => "?").join(", ")})`;
  // Half the time of an update of each column.
  const text = onConflict === "replace" ? `INSERT OR REPLACE ${values}` : `INSERT ${values} ${conflictClause(shape)}`;
  texts.set(shape, text);
  return text;
}

/** A question a row: an index answers each in a microsecond. */
export function findRows(
  prepared: (sql: string) => Statement,
  { table, columns, key, first, values }: Lookup,
): unknown[] {
  const [one, many] = key;
  const statement = prepared(`SELECT ${quoted(columns)} FROM "${table}" WHERE "${one}" = ? AND "${many}" = ?`);
  const rows: unknown[] = [];
  for (const value of values) {
    const row = statement.get(first, value);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}
