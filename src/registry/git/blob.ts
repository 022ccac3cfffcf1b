import { createHash } from "node:crypto";
import type { Repo } from "./repo.ts";

/** What some bytes are, told in one pass over them, however many they are. */
export interface Content {
  sha256: string;
  size: number;
  /** CRLF line ends; 0 in what git takes for binary. */
  crlf: number;
}

/** Is shown bytes as they are read. */
export interface ContentReader {
  take(chunk: Uint8Array): void;
  content(): Content;
}

export function readContent(): ContentReader {
  const hash = createHash("sha256");
  const seen = { size: 0, crlf: 0, binary: false, endsInCr: false };
  return {
    take(chunk) {
      hash.update(chunk);
      if (chunk.length === 0) return;
      if (seen.endsInCr && chunk[0] === 0x0a) seen.crlf += 1;
      seen.crlf += crlfsIn(chunk);
      seen.binary ||= chunk.includes(0);
      seen.endsInCr = chunk.at(-1) === 0x0d;
      seen.size += chunk.length;
    },
    content: () => ({ sha256: hash.digest("hex"), size: seen.size, crlf: seen.binary ? 0 : seen.crlf }),
  };
}

/** What bytes in memory are. */
export function contentOf(bytes: Uint8Array): Content {
  const reader = readContent();
  reader.take(bytes);
  return reader.content();
}

function crlfsIn(chunk: Uint8Array): number {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  let count = 0;
  for (let at = bytes.indexOf("\r\n"); at >= 0; at = bytes.indexOf("\r\n", at + 2)) count += 1;
  return count;
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The names git has for one content: of its bytes, and of its text with LF for CRLF (the same where there is none). */
export interface BlobNames {
  bytes: string;
  lf: string;
}

/**
 * What `git hash-object --no-filters` says of bytes that were read before; null when they are others now, because the file changed.
 * A blob is hashed behind its own size, so the size must be known first.
 */
export async function blobNames(chunks: Chunks, content: Content, hash: Repo["hash"]): Promise<BlobNames | null> {
  const check = readContent();
  const bytes = createHash(hash).update(header(content.size));
  const lf = createHash(hash).update(header(content.size - content.crlf));
  let held = "";
  for await (const chunk of chunks) {
    check.take(chunk);
    bytes.update(chunk);
    if (content.crlf === 0) continue;
    const text = held + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1");
    held = text.endsWith("\r") ? "\r" : "";
    lf.update(text.slice(0, text.length - held.length).replaceAll("\r\n", "\n"), "latin1");
  }
  if (check.content().sha256 !== content.sha256) return null;
  const name = bytes.digest("hex");
  return { bytes: name, lf: content.crlf === 0 ? name : lf.update(held, "latin1").digest("hex") };
}

/** What git stores of a content that Git LFS keeps: its pointer (github.com/git-lfs/git-lfs/blob/main/docs/spec.md). */
export function pointerName({ sha256, size }: Content, hash: Repo["hash"]): string {
  const pointer = size === 0 ? "" : `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${size}\n`;
  return createHash(hash)
    .update(`${header(pointer.length)}${pointer}`)
    .digest("hex");
}

function header(size: number): string {
  return `blob ${size}\0`;
}
