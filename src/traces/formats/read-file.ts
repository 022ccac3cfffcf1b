import { AgentopsError } from "../../core/errors.ts";
import { placeIn, readJson } from "../../core/json.ts";
import { decodeText, type Pieces } from "../../core/utf8.ts";
import { parseExactJson } from "../wire/exact-json.ts";
import type { WireBatch } from "../wire/span.ts";
import { inBatches, lineBatches } from "./batches.ts";
import { boundedLines, inPieces, upToFirstLine, whole } from "./pieces.ts";
import { recognise, type TraceFormat, UNDERSTOOD } from "./recognise.ts";
import { unpackedPieces } from "./unpacked-pieces.ts";

export interface TraceFile {
  format: TraceFormat;
  /** At most a thousand spans each; lines are read as they are asked for. Throws FILE_INVALID where the file stops being readable. */
  batches: AsyncGenerator<WireBatch>;
}

/**
 * The spans of a file or a pipe, gzipped or not. What it is, its contents say, never its name. Throws FILE_INVALID for what nobody can read;
 * what can be read but for a line or a span comes with what was left out.
 */
export async function readTraceFile(source: Uint8Array | Pieces, file = "the file"): Promise<TraceFile> {
  const given = source instanceof Uint8Array ? inPieces(source) : source;
  const { head, line, all } = await upToFirstLine(boundedLines(unpackedPieces(given, file), file));
  if (head.length === 0 || (line.length === 0 && !isBinary(head))) throw notUnderstood(file, "is empty");
  if (isBinary(head)) return readBinary(head, all, file);
  const text = decodeText(line, file).trim();
  const first = parsedOrNot(text);
  if (first === undefined) return readDocument(text, all, file);
  const reader = recognise(first.value);
  if (reader === undefined) throw notUnderstood(`${file}:1`, "is JSON, but no trace");
  return { format: reader.format, batches: lineBatches(all, first.value, reader) };
}

/** One value over many lines. */
async function readDocument(line: string, all: AsyncIterable<Uint8Array>, file: string): Promise<TraceFile> {
  if (!/^[[{]/.test(line)) throw notUnderstood(`${file}:1`, "is neither JSON nor protobuf");
  const text = decodeText(await whole(all, file), file);
  const parsed = parsedOrNot(text);
  if (parsed === undefined) throw notJson(text, file);
  const reader = recognise(parsed.value);
  if (reader === undefined) throw notUnderstood(file, "is JSON, but no trace");
  return { format: reader.format, batches: inBatches(reader.read(parsed.value)) };
}

/** protobufjs is loaded for nothing else. */
async function readBinary(head: Buffer, all: AsyncIterable<Uint8Array>, file: string): Promise<TraceFile> {
  // Throws for UTF-16, with the way to convert it.
  if (/^(fffe|feff)/.test(head.toString("hex", 0, 2))) decodeText(head, file);
  const { isTraceRequest, readOtlpProtobuf } = await import("../wire/otlp-protobuf.ts");
  if (!isTraceRequest(head)) throw notUnderstood(file, "is neither JSON nor protobuf of OTLP");
  const batch = readOtlpProtobuf(await whole(all, file), file);
  return { format: "otlp-protobuf", batches: inBatches(batch) };
}

/** JSON has no control characters but these; protobuf has one before every id. */
function isBinary(head: Buffer): boolean {
  return head.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
}

function parsedOrNot(text: string): { value: unknown } | undefined {
  try {
    return { value: parseExactJson(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function notJson(text: string, file: string): AgentopsError {
  const read = readJson(text);
  const { line, column } = placeIn(text, "problem" in read ? read.problem.offset : 0);
  const message = "problem" in read ? read.problem.message : "not JSON";
  const options = {
    hint: `one JSON value, or one a line; understood are ${UNDERSTOOD}`,
    details: { file, line, column },
  };
  return new AgentopsError("FILE_INVALID", `${file}:${line}:${column}: ${message}`, options);
}

function notUnderstood(place: string, what: string): AgentopsError {
  return new AgentopsError("FILE_INVALID", `${place} ${what}`, { hint: `understood are ${UNDERSTOOD}` });
}
