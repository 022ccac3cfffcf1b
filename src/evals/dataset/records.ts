import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { Readable } from "node:stream";
import { AgentopsError, messageOf } from "../../core/errors.ts";
import { PROTO_REFUSED, readJson } from "../../core/json.ts";
import { readBytes } from "../../core/project.ts";
import { throwOnErrors } from "../../core/problems.ts";
import { checkedBytes, decodeText, linesOf } from "../../core/utf8.ts";
import { readYaml } from "../../core/yaml.ts";
import type { ContentReader } from "../../registry/git/blob.ts";

/** One record of a data file. `line` is 1-based and is where the record starts. */
export interface DataRecord {
  value: unknown;
  line: number;
  /** True for CSV rows: every value is text. */
  flat: boolean;
}

/** A data file as the user named it: `file` for messages, `path` to open. */
export interface DataFile {
  file: string;
  path: string;
  /** Is shown every byte that is read of it. */
  reader?: ContentReader;
}

/**
 * Reads .jsonl, .ndjson, .csv, .json, .yaml and .yml. Lines and rows are streamed, so memory does not grow with the file.
 * Throws DATASET_INVALID with file and line.
 */
export async function* readRecords(data: DataFile): AsyncGenerator<DataRecord> {
  await requireFile(data);
  switch (extname(data.path).toLowerCase()) {
    case ".jsonl":
    case ".ndjson":
      yield* jsonLines(data);
      return;
    case ".csv":
      yield* csvRows(data);
      return;
    case ".json":
    case ".yaml":
    case ".yml":
      yield* listItems(data);
      return;
    default:
      throw new AgentopsError("DATASET_INVALID", `${data.file}: unknown kind of data file`, {
        hint: "use .jsonl, .csv, .json or .yaml",
      });
  }
}

async function requireFile({ file, path }: DataFile): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new AgentopsError("FILE_NOT_FOUND", `no such data file: ${file}`);
}

async function* bytesOf({ path, reader }: DataFile): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    reader?.take(chunk);
    yield chunk;
  }
}

async function* jsonLines(data: DataFile): AsyncGenerator<DataRecord> {
  for await (const lines of linesOf(bytesOf(data)))
    for (const { text, line, bad } of lines) {
      if (bad !== undefined) throw invalid(data.file, { line, column: bad.column }, bad.message, bad.hint);
      yield { value: parseLine(text, data.file, line), line, flat: false };
    }
}

function parseLine(text: string, file: string, line: number): unknown {
  const json = readJson(text);
  if ("value" in json) return json.value;
  const { offset, message, hint, syntax } = json.problem;
  throw invalid(file, { line, column: offset + 1 }, message, syntax ? "one JSON object a line" : hint);
}

async function* csvRows(data: DataFile): AsyncGenerator<DataRecord> {
  const { parse } = await import("csv-parse");
  // Where the last whole row ended: an error is in the one that starts on the next line, wherever the parser gave up.
  let ended = 1;
  const parser = parse({
    columns: (header: string[]) => columnsOf(header, data.file),
    bom: true,
    info: true,
    skip_empty_lines: true,
    on_record: (row: { info: { lines: number } }) => {
      ended = row.info.lines;
      return row;
    },
  });
  const input = Readable.from(checkedBytes(bytesOf(data), data.file, "DATASET_INVALID"));
  input.on("error", (error) => parser.destroy(error));
  input.pipe(parser);
  let line = 2;
  try {
    for await (const row of parser as AsyncIterable<{ record: Record<string, string>; info: { lines: number } }>) {
      yield { value: row.record, line, flat: true };
      line = row.info.lines + 1;
    }
  } catch (error) {
    if (error instanceof AgentopsError) throw error;
    throw invalid(
      data.file,
      ended + 1,
      `broken CSV: ${messageOf(error).replace(/ at line \d+.*$/, "")}`,
      "quote a field that contains a comma, a quote or a line break, and double the quotes in it",
    );
  } finally {
    input.destroy();
  }
}

/** A row's value stands under its column, so a name must be there once. One without a name names nothing. */
function columnsOf(header: string[], file: string): string[] {
  for (const [i, name] of header.entries()) {
    if (name === "__proto__") throw invalid(file, 1, PROTO_REFUSED.message, PROTO_REFUSED.hint);
    const first = header.indexOf(name);
    if (name === "" || first === i) continue;
    const message = `the column ${JSON.stringify(name)} is there twice, as the ${nth(first)} and the ${nth(i)}`;
    throw invalid(file, 1, message, "delete or rename one of the two");
  }
  return header;
}

function nth(index: number): string {
  const n = index + 1;
  const end = n % 100 > 10 && n % 100 < 14 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${end}`;
}

async function* listItems(data: DataFile): AsyncGenerator<DataRecord> {
  const bytes = await readBytes(data.path);
  data.reader?.take(bytes);
  const read = readYaml(decodeText(bytes, data.file), data.file);
  throwOnErrors(read.problems, "DATASET_INVALID");
  const value = read.yaml?.value;
  const nested = typeof value === "object" && value !== null && "cases" in value ? value.cases : value;
  const base = nested === value ? [] : ["cases"];
  if (!Array.isArray(nested))
    throw invalid(data.file, 1, "expected a list of cases", "a list, or a mapping with the key cases:");
  for (const [index, item] of (nested as unknown[]).entries()) {
    yield { value: item, line: read.yaml?.locate([...base, index]).line ?? 1, flat: false };
  }
}

/** `at` is a line, or a line and its column. */
export function invalid(
  file: string,
  at: number | { line: number; column: number },
  message: string,
  hint?: string,
): AgentopsError {
  const { line, column } = typeof at === "number" ? { line: at, column: undefined } : at;
  const place = column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
  const details = { file, line, ...(column !== undefined && { column }) };
  return new AgentopsError("DATASET_INVALID", `${place}: ${message}`, { hint, details });
}
