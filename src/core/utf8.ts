import { isUtf8 } from "node:buffer";
import { AgentopsError, type ErrorCode } from "./errors.ts";
import type { Problem } from "./problems.ts";
import { type StandIn, standInOf } from "./stand-ins.ts";

/** Why bytes are no text, and the first of them; 1-based. */
interface NoText extends Omit<StandIn, "rule"> {
  rule: StandIn["rule"] | "not-utf8";
  line: number;
  column: number;
}

/** A line that says something; numbers are 1-based. */
export interface Line {
  text: string;
  line: number;
  /** Where its bytes are no text: not UTF-8, or the first line of what stands in the file's place. */
  bad?: NoText;
}

/** Bytes in pieces: a file's, or a pipe's. */
export type Pieces = AsyncIterable<Uint8Array | string>;

const NEWLINE = 0x0a;
const BOM = "\uFEFF";

/**
 * The lines of a text that comes in pieces, some at once; blank ones and a byte order mark are left out. They end at `\n`, with or without
 * `\r`, and nowhere else: U+2028 stands in ordinary texts.
 */
export async function* linesOf(pieces: Pieces): AsyncGenerator<Line[]> {
  let before = 0;
  for await (const bytes of wholeLines(pieces)) {
    const instead = before === 0 ? standingIn(bytes) : undefined;
    if (instead !== undefined) {
      yield [{ text: "", line: 1, bad: instead }];
      return;
    }
    // One look at all of them costs nothing; which line it is matters only where one is wrong.
    const good = isUtf8(bytes);
    const raw = good ? bytes.toString("utf8").split("\n") : byLine(bytes).map((line) => line.toString("utf8"));
    const bad = good ? [] : byLine(bytes).map((line) => notUtf8(line));
    const found: Line[] = [];
    for (const [i, text] of raw.entries()) {
      const its = { text: trimmed(text, before + i === 0), line: before + i + 1 };
      const wrong = bad[i];
      if (wrong !== undefined) found.push({ ...its, bad: { ...wrong, line: its.line } });
      else if (its.text.trim() !== "") found.push(its);
    }
    // The last one is what stands behind the last line end: nothing.
    before += raw.length - 1;
    yield found;
  }
}

/** The same bytes, as they are read; throws `code` with the place of the first that is no text. */
export async function* checkedBytes(pieces: Pieces, file: string, code: ErrorCode): AsyncGenerator<Uint8Array> {
  let before = 0;
  for await (const bytes of wholeLines(pieces)) {
    const bad = (before === 0 ? standingIn(bytes) : undefined) ?? notUtf8(bytes);
    if (bad !== undefined) throw refused(file, { ...bad, line: before + bad.line }, code);
    before += byLine(bytes).length - 1;
    yield bytes;
  }
}

/** The text of a file's bytes, without a byte order mark. Throws FILE_INVALID, or `code`, with the place where they are no text. */
export function decodeText(bytes: Uint8Array, file: string, code: ErrorCode = "FILE_INVALID"): string {
  const bad = standingIn(bytes) ?? notUtf8(bytes);
  if (bad !== undefined) throw refused(file, bad, code);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return text.startsWith(BOM) ? text.slice(1) : text;
}

function standingIn(bytes: Uint8Array): NoText | undefined {
  const found = standInOf(bytes);
  return found && { ...found, line: 1, column: 1 };
}

/** Where bytes stop being UTF-8; undefined where they are. */
function notUtf8(bytes: Uint8Array): NoText | undefined {
  if (isUtf8(bytes)) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // What cannot be read becomes U+FFFD, whose bytes are others.
  const again = Buffer.from(buffer.toString("utf8"));
  const at = buffer.findIndex((byte, i) => byte !== again[i]);
  const start = buffer.subarray(0, at).lastIndexOf(NEWLINE) + 1;
  const byte = `0x${(buffer[at] ?? 0).toString(16).toUpperCase().padStart(2, "0")}`;
  const utf16 = at <= 1 && /^(fffe|feff)/.test(buffer.toString("hex", 0, 2));
  return {
    rule: "not-utf8",
    line: byLine(buffer.subarray(0, at)).length,
    column: buffer.toString("utf8", start, at).length + 1,
    message: utf16 ? "not UTF-8: it is UTF-16" : `not UTF-8: the byte ${byte}`,
    hint: `save it as UTF-8: iconv -f ${utf16 ? "UTF-16" : "WINDOWS-1252"} -t UTF-8 FILE > NEW`,
  };
}

/** A finding, where that is why a file could not be read. */
export function noTextProblem({ details = {} }: AgentopsError, file: string): Problem | undefined {
  const found = details["noText"] as NoText | undefined;
  return found && { severity: "error", file, ...found };
}

function refused(file: string, found: NoText, code: ErrorCode): AgentopsError {
  const { line, column, message, hint } = found;
  return new AgentopsError(code, `${file}:${line}:${column}: ${message}`, {
    hint,
    details: { file, line, column, noText: found },
  });
}

/** The same bytes in pieces that end where lines do: no letter is cut in two. */
async function* wholeLines(pieces: Pieces): AsyncGenerator<Buffer> {
  let rest: Uint8Array[] = [];
  for await (const given of pieces) {
    const piece =
      typeof given === "string" ? Buffer.from(given) : Buffer.from(given.buffer, given.byteOffset, given.length);
    const end = piece.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      yield Buffer.concat([...rest, piece.subarray(0, end)]);
      rest = [];
    }
    if (end < piece.length) rest.push(piece.subarray(end));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

function byLine(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return [...lines, bytes.subarray(start)];
}

function trimmed(text: string, isFirst: boolean): string {
  const from = isFirst && text.startsWith(BOM) ? 1 : 0;
  return text.slice(from, text.endsWith("\r") ? -1 : undefined);
}
