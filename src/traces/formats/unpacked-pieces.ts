import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { AgentopsError } from "../../core/errors.ts";
import { sizeText } from "../../core/size.ts";
import type { Pieces } from "../../core/utf8.ts";

/** More than a day of any team's traces; what unpacks to more was made to fill a disk. */
const UNPACKED_MOST = 64 * 2 ** 30;

/** The bytes of a file, unpacked where it begins as a gzip does. */
export async function* unpackedPieces(pieces: Pieces, file: string, most = UNPACKED_MOST): AsyncGenerator<Uint8Array> {
  const { head, all } = await begun(pieces);
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* all;
    return;
  }
  let unpacked = 0;
  try {
    for await (const piece of gunzipped(all)) {
      unpacked += piece.length;
      if (unpacked > most) throw tooLarge(file, most);
      yield piece;
    }
  } catch (error) {
    throw error instanceof AgentopsError ? error : notGzip(file, error);
  }
}

/** What goes wrong on either side is thrown where it is read. */
function gunzipped(packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return pipeline(Readable.from(packed), createGunzip(), () => undefined);
}

/** At least two bytes, where there are so many, and all of them again. */
async function begun(pieces: Pieces): Promise<{ head: Buffer; all: AsyncGenerator<Uint8Array> }> {
  const from = pieces[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await from.next();
    if (next.done === true) break;
    head = Buffer.concat([head, Buffer.from(next.value)]);
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head;
    for (let next = await from.next(); next.done !== true; next = await from.next())
      yield typeof next.value === "string" ? Buffer.from(next.value) : next.value;
  }
  return { head, all: all() };
}

function notGzip(file: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!code.startsWith("Z_")) return error;
  const half = code === "Z_BUF_ERROR";
  return new AgentopsError("FILE_INVALID", `${file}: ${half ? "half a gzip: it ends too early" : "a damaged gzip"}`, {
    hint: "copy or download the file again; gzip -t FILE says whether it is whole",
    cause: error,
  });
}

function tooLarge(file: string, most: number): AgentopsError {
  return new AgentopsError("FILE_INVALID", `${file}: it unpacks to more than ${sizeText(most)}`, {
    hint: "split it, and import the parts",
  });
}
