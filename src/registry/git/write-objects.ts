import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { gitFailed } from "./git.ts";
import type { Repo } from "./repo.ts";

/** What git fetches it unpacks up to here, and keeps as a pack above (git-config(1), fetch.unpackLimit). */
const MOST_LOOSE = 100;

/** Numbers in gitformat-pack(5), "Object types". */
const TAG = 4;

/** Writes tag objects by one process, as git takes objects from a remote, and returns their names. `what` says in an error what could not be done. */
export async function writeTagObjects(repo: Repo, texts: readonly string[], what: string): Promise<string[]> {
  const bodies = texts.map((text) => Buffer.from(text));
  const input = packOf(bodies, repo.hash);
  const command = bodies.length > MOST_LOOSE ? ["index-pack", "--stdin"] : ["unpack-objects", "-q"];
  // Below the top, index-pack writes into a `.git` of its own making.
  const said = await repo.git(["-C", repo.top, ...command], { input });
  if (said.exitCode !== 0) throw gitFailed(said, what);
  return bodies.map((body) => createHash(repo.hash).update(`tag ${body.length}\0`).update(body).digest("hex"));
}

/** gitformat-pack(5): a header, each object deflated behind its type and size, and a checksum of all. */
function packOf(bodies: readonly Buffer[], hash: Repo["hash"]): Buffer {
  const header = Buffer.from("PACK\0\0\0\u0002\0\0\0\0", "latin1");
  header.writeUInt32BE(bodies.length, 8);
  const objects = bodies.flatMap((body) => [sizeOf(body.length), deflateSync(body)]);
  const pack = Buffer.concat([header, ...objects]);
  return Buffer.concat([pack, createHash(hash).update(pack).digest()]);
}

/** The type and the four lowest bits of the size, then seven bits a byte; the highest bit of a byte says that another follows. */
function sizeOf(size: number): Buffer {
  const bytes = [(TAG << 4) | (size & 0b1111)];
  for (let rest = size >>> 4; rest > 0; rest >>>= 7) {
    bytes.push((bytes.pop() ?? 0) | 0x80, rest & 0x7f);
  }
  return Buffer.from(bytes);
}
