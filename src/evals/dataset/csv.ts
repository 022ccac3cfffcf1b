import { Readable } from "node:stream";
import { AgentopsError, messageOf } from "../../core/errors.ts";

/** A row of a CSV file, every value as text. `line` is 1-based and is where it starts. */
export interface CsvRow {
  record: Record<string, string>;
  line: number;
}

/** Where a file is not CSV: the message and the line of the row. */
export class CsvError extends Error {
  readonly line: number;
  constructor(message: string, line: number, cause: unknown) {
    super(message, { cause });
    this.line = line;
  }
}

const DELIMITERS = [",", ";", "\t"];
/** Columns that a dataset of ours has; a delimiter that sets one apart is the right one. */
const KNOWN = new Set(["id", "expected", "tags", "cluster"]);
/** Excel's own way to name the delimiter: a first line `sep=;`. */
const NAMED = /^(?:\uFEFF)?"?sep=(.)"?\r?\n/i;

/**
 * Rows of a CSV file with a header. The delimiter is the one that the header is split by best, comma, semicolon or tab, unless a first line
 * `sep=;` names it. Rows of empty cells, which spreadsheets write after the data, are told to `blank` and left out. Throws {@link CsvError},
 * and what `header` throws for its names.
 */
export async function* csvRows(
  bytes: AsyncIterable<Uint8Array>,
  { header, blank }: { header: (names: string[], line: number) => void; blank: (line: number) => void },
): AsyncGenerator<CsvRow> {
  const { parse } = await import("csv-parse");
  const { head, input } = await peeked(bytes);
  const named = NAMED.exec(head)?.[1];
  const before = named === undefined ? 0 : 1;
  // Where the last whole row ended: an error is in the one that starts on the next line, wherever the parser gave up.
  let ended = 1 + before;
  const parser = parse({
    columns: (names: string[]) => {
      header(names, 1 + before);
      return names;
    },
    bom: true,
    info: true,
    skip_empty_lines: true,
    delimiter: named ?? delimiterOf(head),
    from_line: 1 + before,
    on_record: (row: { info: { lines: number } }) => {
      ended = row.info.lines;
      return row;
    },
  });
  input.on("error", (error) => parser.destroy(error));
  input.pipe(parser);
  let line = 2 + before;
  try {
    for await (const row of parser as AsyncIterable<{ record: Record<string, string>; info: { lines: number } }>) {
      if (Object.values(row.record).some((cell) => cell.trim() !== "")) yield { record: row.record, line };
      else blank(line);
      line = row.info.lines + 1;
    }
  } catch (error) {
    if (error instanceof AgentopsError) throw error;
    throw new CsvError(messageOf(error).replace(/ at line \d+.*$/, ""), ended + 1, error);
  } finally {
    input.destroy();
  }
}

/** The start of the file, and the whole of it as a stream. */
async function peeked(bytes: AsyncIterable<Uint8Array>): Promise<{ head: string; input: Readable }> {
  const chunks = bytes[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return { head: "", input: Readable.from([]) };
  const all = async function* (): AsyncGenerator<Uint8Array> {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  return { head: Buffer.from(first.value).toString("utf8"), input: Readable.from(all()) };
}

/** The delimiter that gives a header most of our own columns, then most columns; a comma where none is better. */
function delimiterOf(head: string): string {
  const ranked = DELIMITERS.map((delimiter) => {
    const names = columnsOf(head, delimiter);
    return { delimiter, known: names.filter((name) => KNOWN.has(name)).length, names: names.length };
  });
  return ranked.reduce((best, one) =>
    one.known > best.known || (one.known === best.known && one.names > best.names) ? one : best,
  ).delimiter;
}

/** The header's names; a delimiter or a line end inside of quotes is part of a name. */
function columnsOf(head: string, delimiter: string): string[] {
  const names = [""];
  let quoted = false;
  for (const char of head.replace(/^\uFEFF/, "")) {
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === "\n" || char === "\r")) break;
    else if (!quoted && char === delimiter) names.push("");
    else names.push(`${names.pop() ?? ""}${char}`);
  }
  return names.map((name) => name.trim());
}
