import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { sizeText } from "../../core/size.ts";
import type { Holding } from "./held-bytes.ts";
import type { CollectLimits } from "./limits.ts";
import { Refusal } from "./refusal.ts";

/** A client that went away before its request was whole; there is nobody to answer. */
export class Gone extends Error {}

/** The body as it comes. Throws a Refusal as soon as it is too large: also before the first byte, where its length is announced. */
export async function readBody(request: IncomingMessage, most: number, holding: Holding): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > most) throw tooLarge("", most);
  const pieces: Buffer[] = [];
  let size = 0;
  return new Promise((done, failed) => {
    const stop = (error: Error) => {
      // What is still coming is read elsewhere, and dropped.
      request.off("data", take);
      request.pause();
      failed(error);
    };
    const take = (piece: Buffer) => {
      size += piece.length;
      pieces.push(piece);
      try {
        if (size > most) throw tooLarge("", most);
        holding.add(piece.length);
      } catch (error) {
        stop(error as Error);
      }
    };
    request.on("data", take);
    request.once("end", () => {
      done(pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces, size));
    });
    request.once("error", () => {
      failed(new Gone());
    });
    request.once("close", () => {
      failed(new Gone());
    });
  });
}

const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/** The bytes in a gzip. Throws a Refusal: 400 for half of one, 413 for what unpacks to more than is taken. */
export async function unpacked(packed: Buffer, limits: CollectLimits, holding: Holding): Promise<Buffer> {
  try {
    const bytes = await unpack(packed, { maxOutputLength: limits.unpackedBytes });
    holding.add(bytes.length);
    return bytes;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const code = (error as { code?: unknown }).code;
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLarge("unpacked, ", limits.unpackedBytes);
    const why = code === "Z_BUF_ERROR" ? "half a gzip: it ends too early" : "it is no gzip, or a damaged one";
    throw new Refusal("unreadable", why);
  }
}

function tooLarge(how: string, most: number): Refusal {
  return new Refusal("tooLarge", `${how}the body is larger than ${sizeText(most)}: send fewer spans at once`);
}
