import { AgentopsError } from "../../core/errors.ts";
import { sizeText } from "../../core/size.ts";
import type { Pieces } from "../../core/utf8.ts";

/** Of what must be held whole: a document, a protobuf message, one line. V8 has no text of more than twice that size. */
const WHOLE_MOST = 256 * 2 ** 20;

/** What is looked at to know text from protobuf. */
const HEAD = 4096;

const NEWLINE = 0x0a;
const SPACE = 0x20;

/** Bytes in memory in pieces that a reader of lines can take one by one. */
export async function* inPieces(bytes: Uint8Array): Pieces {
  for (let at = 0; at < bytes.length; at += 2 ** 20) yield await Promise.resolve(bytes.subarray(at, at + 2 ** 20));
}

export interface Begun {
  head: Buffer;
  /** The first line that is not blank, without its end. */
  line: Buffer;
  /** All of it again. */
  all: AsyncGenerator<Uint8Array>;
}

export async function upToFirstLine(pieces: AsyncGenerator<Uint8Array>): Promise<Begun> {
  const read: Uint8Array[] = [];
  let [length, said, ended] = [0, false, false];
  while (!ended || length < HEAD) {
    const next = await pieces.next();
    if (next.done === true) break;
    const from: number = said ? 0 : next.value.findIndex((byte) => byte > SPACE);
    said ||= from >= 0;
    ended ||= said && next.value.includes(NEWLINE, from);
    length += next.value.length;
    read.push(next.value);
  }
  const head = Buffer.concat(read);
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* read.splice(0);
    yield* pieces;
  }
  return { head: head.subarray(0, HEAD), line: firstLine(head), all: all() };
}

function firstLine(bytes: Buffer): Buffer {
  const from = bytes.findIndex((byte) => byte > SPACE);
  if (from < 0) return bytes.subarray(0, 0);
  const end = bytes.indexOf(NEWLINE, from);
  return bytes.subarray(from, end < 0 ? bytes.length : end);
}

/** The same pieces; throws where a line is too long to be held. */
export async function* boundedLines(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
  most = WHOLE_MOST,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(NEWLINE);
    length = end < 0 ? length + piece.length : piece.length - end;
    if (length > most) throw tooLarge(file, "a line", most);
    yield piece;
  }
}

/** All of them at once; throws where that is too much. */
export async function whole(pieces: AsyncIterable<Uint8Array>, file: string, most = WHOLE_MOST): Promise<Buffer> {
  const read: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > most) throw tooLarge(file, "it is one document, and", most);
    read.push(piece);
  }
  return Buffer.concat(read);
}

function tooLarge(file: string, what: string, most: number): AgentopsError {
  return new AgentopsError("FILE_INVALID", `${file}: ${what} has more than ${sizeText(most)}`, {
    hint: "split it, or export JSON lines: they are read one by one",
  });
}
