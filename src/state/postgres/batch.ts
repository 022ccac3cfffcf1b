import { type Batch, conflictClause, quoted, type Shape } from "../batch.ts";
import { type Executor, rawWith, type Value } from "../raw.ts";

/** Rows a statement: few texts, so that the server parses each once, and few ways to it for some hundred rows. */
const SIZES = [256, 64, 16, 4, 1];

/** Many rows a statement. */
export async function writeBatch(connection: Executor, batch: Batch): Promise<(number | null)[]> {
  const { shape, rows } = batch;
  const returned: Record<string, Value>[] = [];
  for (let from = 0; from < rows.length;) {
    const size = SIZES.find((each) => each <= rows.length - from) ?? 1;
    const query = rawWith<Record<string, Value>>(textOf(shape, size), rows.slice(from, from + size).flat());
    returned.push(...(await connection.executeQuery(query)).rows);
    from += size;
  }
  return shape.numbered === null ? [] : numbersOf(batch, shape.numbered, returned);
}

/** What a statement returns comes in no order that is promised, so it is found by its key. */
function numbersOf({ shape: { columns, key }, rows }: Batch, numbered: string, returned: Record<string, Value>[]): (number | null)[] {
  const numbers = new Map(returned.map((row) => [JSON.stringify(key.map((column) => row[column])), row[numbered] as number]));
  const places = key.map((column) => columns.indexOf(column));
  return rows.map((row) => {
    const of = JSON.stringify(places.map((place) => row[place]));
    const number = numbers.get(of) ?? null;
    numbers.delete(of);
    return number;
  });
}

function textOf(shape: Shape, size: number): string {
  const { table, columns, key, numbered } = shape;
  const list = (row: number) => `(${columns.map((_, i) => `$${row * columns.length + i + 1}`).join(", ")})`;
  const values = Array.from({ length: size }, (_, row) => list(row)).join(", ");
  const returning = numbered === null ? "" : ` RETURNING "${numbered}", ${quoted(key)}`;
  return `INSERT INTO "${table}" (${quoted(columns)}) VALUES ${values} ${conflictClause(shape)}${returning}`;
}
