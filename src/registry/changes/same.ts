import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactFile } from "../files.ts";
import { addressOf, KINDS, pathsOf } from "../files.ts";
import type { Entry } from "../git/tree.ts";
import type { Repo } from "../git/repo.ts";
import type { Address } from "../resolve.ts";
import { inOrder } from "./in-order.ts";

/** An artifact's own file on both sides; undefined where a side has none. */
export interface Side extends Address {
  address: string;
  before: string | undefined;
  after: string | undefined;
}

/** Every artifact of either side, prompts before agents, by name. */
export function sidesOf(before: readonly ArtifactFile[], after: readonly ArtifactFile[]): Side[] {
  const [then, now] = [before, after].map((files) => new Set(files.map(({ path }) => path))) as [Set<string>, Set<string>]; // prettier-ignore
  const unique = new Map([...before, ...after].map((f) => [addressOf(f.kind, f.name), f]));
  return [...unique]
    .map(([address, { kind, name }]) => {
      const pathIn = (side: ReadonlySet<string>) => pathsOf(kind, name).find((path) => side.has(path));
      return { kind, name, address, before: pathIn(then), after: pathIn(now) };
    })
    .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.name < b.name ? -1 : 1));
}

/**
 * The artifacts whose bytes are not the same on both sides, and the agents that may read such a prompt. It goes by content alone: what git's
 * index believes of the worktree (its times, flags and monitors) has no say.
 */
export async function differing(
  repo: Repo,
  entries: ReadonlyMap<string, Entry>,
  sides: readonly Side[],
): Promise<Side[]> {
  const found = new Set<Side>();
  const agents: { side: Side; text: string }[] = [];
  await inOrder(sides, async (side) => {
    const bytes = await sameBytes(repo, entries, side);
    if (bytes === null) found.add(side);
    else if (side.kind === "agents") agents.push({ side, text: bytes.toString() });
  });
  const prompts = [...found].filter(({ kind }) => kind === "prompts").map(({ name }) => name);
  for (const { side, text } of agents) if (mayName(text, prompts)) found.add(side);
  return sides.filter((side) => found.has(side));
}

/** The bytes of a file that is the same on both sides, but for how its lines end; else null. */
async function sameBytes(repo: Repo, entries: ReadonlyMap<string, Entry>, side: Side): Promise<Buffer | null> {
  const entry = side.before === undefined ? undefined : entries.get(side.before);
  if (entry === undefined || entry.link || side.after === undefined || side.before !== side.after) return null;
  const bytes = await readFile(join(repo.cwd, side.after)).catch(() => null);
  return bytes !== null && isBlob(bytes, entry.id, repo.hash) ? bytes : null;
}

/** Whether bytes are a blob of git's, as they are or with LF for CRLF, as git stores text. */
export function isBlob(bytes: Buffer, id: string, hash: Repo["hash"]): boolean {
  if (blobName(bytes, hash) === id) return true;
  if (!bytes.includes("\r\n")) return false;
  return blobName(Buffer.from(bytes.toString("latin1").replaceAll("\r\n", "\n"), "latin1"), hash) === id;
}

function blobName(bytes: Buffer, hash: Repo["hash"]): string {
  return createHash(hash).update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** A name is written as it is, unless YAML's escapes write it. */
function mayName(text: string, prompts: readonly string[]): boolean {
  return prompts.length > 0 && (text.includes("\\") || prompts.some((name) => text.includes(name)));
}
