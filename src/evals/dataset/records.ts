import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { PROTO_REFUSED, readJson } from "../../core/json.ts";
import { readBytes, refuseDangling } from "../../core/project.ts";
import { throwOnErrors } from "../../core/problems.ts";
import { CONFLICT, isConflictMarker } from "../../core/stand-ins.ts";
import { keepLongIntegers, type KeptSpelling } from "../../core/spelling.ts";
import { checkedBytes, decodeText, linesOf } from "../../core/utf8.ts";
import { readYaml } from "../../core/yaml.ts";
import type { ContentReader } from "../../registry/git/blob.ts";
import { CsvError, csvRows } from "./csv.ts";

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
  /** Cases that somebody wrote, rather than outputs that were recorded: YAML numbers keep their spelling. */
  written?: boolean;
  /** Is told every row of a table that has no value, which is no record. */
  blank?: (line: number) => void;
  /** Why it is not there although git has it; null where git does not. */
  absent?: () => Promise<AgentopsError | null>;
}

/**
 * Reads .jsonl, .ndjson, .csv, .tsv, .json, .yaml and .yml. Lines and rows are streamed, so memory does not grow with the file.
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
    case ".tsv":
      yield* tableRows(data);
      return;
    case ".json":
    case ".yaml":
    case ".yml":
      yield* listItems(data);
      return;
    default:
      throw new AgentopsError("DATASET_INVALID", `${data.file}: unknown kind of data file`, {
        hint: "use .jsonl, .csv, .tsv, .json or .yaml",
      });
  }
}

async function requireFile({ file, path, absent }: DataFile): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return;
  const hidden = found === undefined ? await absent?.() : null;
  if (hidden != null) throw hidden;
  await refuseDangling(path, file);
  throw new AgentopsError("FILE_NOT_FOUND", `no such data file: ${file}`);
}

async function* bytesOf({ path, reader }: DataFile): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>) {
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
  if ("value" in json) {
    const kept = keepLongIntegers(text);
    return kept === text ? json.value : (JSON.parse(kept) as unknown);
  }
  if (isConflictMarker(text)) throw invalid(file, line, CONFLICT.message, CONFLICT.hint);
  const { offset, message, hint, syntax } = json.problem;
  throw invalid(file, { line, column: offset + 1 }, message, syntax ? "one JSON object a line" : hint);
}

async function* tableRows(data: DataFile): AsyncGenerator<DataRecord> {
  try {
    const bytes = checkedBytes(bytesOf(data), data.file, "DATASET_INVALID");
    const told = {
      header: (names: string[], at: number) => {
        checkColumns(names, data.file, at);
      },
      blank: (at: number) => data.blank?.(at),
    };
    for await (const { record, line } of csvRows(bytes, told)) {
      if (isConflictMarker(Object.values(record)[0] ?? ""))
        throw invalid(data.file, line, CONFLICT.message, CONFLICT.hint);
      yield { value: record, line, flat: true };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const conflict = await conflictAt(data);
    if (conflict !== undefined) throw invalid(data.file, conflict, CONFLICT.message, CONFLICT.hint);
    throw invalid(
      data.file,
      error.line,
      `broken CSV: ${error.message}`,
      "quote a field that contains the delimiter, a quote or a line break, and double the quotes in it; a first line sep=; names another delimiter",
    );
  }
}

/** Where a file that is no table has a conflict: the reason that is likelier than a comma in the wrong place. */
async function conflictAt({ path }: DataFile): Promise<number | undefined> {
  for await (const lines of linesOf(createReadStream(path))) {
    const found = lines.find(({ text }) => isConflictMarker(text));
    if (found !== undefined) return found.line;
  }
  return undefined;
}

/** A row's value stands under its column, so a name must be there once. One without a name names nothing. */
function checkColumns(header: readonly string[], file: string, line: number): void {
  for (const [i, name] of header.entries()) {
    if (name === "__proto__") throw invalid(file, line, PROTO_REFUSED.message, PROTO_REFUSED.hint);
    const first = header.indexOf(name);
    if (name === "" || first === i) continue;
    const message = `the column ${JSON.stringify(name)} is there twice, as the ${nth(first)} and the ${nth(i)}`;
    throw invalid(file, line, message, "delete or rename one of the two");
  }
}

function nth(index: number): string {
  const n = index + 1;
  const end = n % 100 > 10 && n % 100 < 14 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${end}`;
}

async function* listItems(data: DataFile): AsyncGenerator<DataRecord> {
  const bytes = await readBytes(data.path);
  data.reader?.take(bytes);
  const read = readYaml(decodeText(bytes, data.file, "DATASET_INVALID"), data.file, { numbers: spellingOf(data) });
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

/** JSON is written by programs, and 1.0 there is the number 1; who writes 3.10 in YAML may well mean a text. */
function spellingOf({ path, written }: DataFile): KeptSpelling {
  return written === true && extname(path).toLowerCase() !== ".json" ? "all" : "ids";
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

/** How many rows without a value were left out, and where; undefined for none. */
export function toldBlank(lines: readonly number[]): string | undefined {
  const [first] = lines;
  if (first === undefined) return undefined;
  const rows = lines.length === 1 ? `the row on line ${first} is` : `${lines.length} rows from line ${first} on are`;
  return `${rows} empty in every column, and no record: left out`;
}
