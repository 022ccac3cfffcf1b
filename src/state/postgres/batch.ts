import type { CompiledQuery } from "kysely";
import { type Batch, conflictClause, type Lookup, quoted, type Shape } from "../batch.ts";
import { type Executor, raw, rawWith, type Value } from "../raw.ts";

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
function numbersOf(
  { shape: { columns, key }, rows }: Batch,
  numbered: string,
  returned: readonly Record<string, Value>[],
): (number | null)[] {
  const numbers = new Map(
    returned.map((row) => [key.map((column) => row[column]).join("\0"), row[numbered] as number]),
  );
  const places = key.map((column) => columns.indexOf(column));
  return rows.map((row) => {
    const of = places.map((place) => row[place]).join("\0");
    const number = numbers.get(of) ?? null;
    // Of several with one key the first was written.
    if (number !== null) numbers.delete(of);
    return number;
  });
}

const texts = new WeakMap<Shape, Map<number, string>>();

function textOf(shape: Shape, size: number): string {
  const known = texts.get(shape) ?? new Map<number, string>();
  texts.set(shape, known);
  const text = known.get(size) ?? textFor(shape, size);
  known.set(size, text);
  return text;
}

function textFor(shape: Shape, size: number): string {
  const { table, columns, key, numbered } = shape;
  const list = (row: number) => `(${columns.map((_, i) => `$${row * columns.length + i + 1}`).join(", ")})`;
  const values = Array.from({ length: size }, (_, row) => list(row)).join(", ");
  const returning = numbered === null ? "" : ` RETURNING "${numbered}", ${quoted(key)}`;
  return `INSERT INTO "${table}" (${quoted(columns)}) VALUES ${values} ${conflictClause(shape)}${returning}`;
}

/** All values in one question. */
export function lookupQuery<Row>({ table, columns, key, first, values }: Lookup): CompiledQuery<Row> {
  const [one, many] = key;
  const sql = `SELECT ${quoted(columns)} FROM "${table}" WHERE "${one}" = $1 AND "${many}" = ANY($2)`;
  return { ...raw<Row>(sql), parameters: [first, values] };
}
