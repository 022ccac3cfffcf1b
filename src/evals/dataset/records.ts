import { createReadStream, type ReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import { AgentopsError, messageOf } from "../../core/errors.ts";
import { decodeText, readBytes } from "../../core/project.ts";
import { throwOnErrors } from "../../core/problems.ts";
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

function streamOf({ path, reader }: DataFile): ReadStream {
  const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
  if (reader === undefined) return stream;
  // It flows from the next turn of the event loop on, when whoever asked for it listens as well.
  return stream.on("data", (chunk) => {
    reader.take(chunk as Buffer);
  });
}

async function* jsonLines(data: DataFile): AsyncGenerator<DataRecord> {
  const lines = createInterface({
    input: streamOf(data),
    crlfDelay: Infinity,
  });
  let line = 0;
  for await (const text of lines) {
    line += 1;
    const trimmed = line === 1 && text.startsWith("\uFEFF") ? text.slice(1) : text;
    if (trimmed.trim() === "") continue;
    yield { value: parseLine(trimmed, data.file, line), line, flat: false };
  }
}

function parseLine(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw invalid(file, line, `not JSON: ${messageOf(error)}`, "one JSON object a line");
  }
}

async function* csvRows(data: DataFile): AsyncGenerator<DataRecord> {
  const { parse } = await import("csv-parse");
  // Where the last whole row ended: an error is in the one that starts on the next line, wherever the parser gave up.
  let ended = 1;
  const parser = parse({
    columns: true,
    bom: true,
    info: true,
    skip_empty_lines: true,
    on_record: (row: { info: { lines: number } }) => {
      ended = row.info.lines;
      return row;
    },
  });
  const input = streamOf(data);
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

async function* listItems(data: DataFile): AsyncGenerator<DataRecord> {
  const bytes = await readBytes(data.path);
  data.reader?.take(bytes);
  const read = readYaml(decodeText(bytes, data.path), data.file);
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

export function invalid(file: string, line: number, message: string, hint?: string): AgentopsError {
  return new AgentopsError("DATASET_INVALID", `${file}:${line}: ${message}`, { hint, details: { file, line } });
}
