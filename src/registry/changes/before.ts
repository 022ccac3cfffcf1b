import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import { blobNames, pointerName, readContent } from "../git/blob.ts";
import { blobsAt } from "../git/blobs-at.ts";
import { trackedAt } from "../git/checked-out.ts";
import { filesUnder } from "../git/tree.ts";
import type { Repo } from "../git/repo.ts";
import type { ProjectAt } from "../project-at.ts";
import { isBlob } from "./same.ts";

/** The files at the merge base; paths are relative to the project root. */
export interface FilesBefore {
  /** Those under a folder, at any depth, that differ now or are gone; `isOne` says which count. */
  changed(folder: string, isOne: (path: string) => boolean): Promise<string[]>;
  /** The text of a file; undefined when there was none. */
  read(path: string): Promise<string | undefined>;
}

/** @param absent files that are not checked out, which are not gone */
export function filesBefore(repo: Repo, { source, prefix }: ProjectAt, absent: ReadonlySet<string>): FilesBefore {
  const commit = source.commit ?? "";
  return {
    read: (path) => source.read(path),
    changed: async (folder, isOne) => {
      const there = await filesUnder(repo, commit, [prefix + folder]);
      const own = there.map((entry) => ({ ...entry, path: entry.path.slice(prefix.length) }));
      const asked = own.filter(({ path }) => isOne(path) && !absent.has(path));
      const changed = await Promise.all(
        asked.map(async ({ path, id, link }) => {
          const bytes = await readFile(join(repo.cwd, path)).catch(() => null);
          if (bytes === null) return true;
          return link ? bytes.toString() !== (await source.read(path).catch(() => "")) : !isBlob(bytes, id, repo.hash);
        }),
      );
      return asked.filter((_, i) => changed[i]).map(({ path }) => path);
    },
  };
}

/**
 * Which of these files differ from the merge base, links followed on both sides; paths are relative to the project root. One outside the
 * repository never does, nor one that is new and that git does not have.
 */
export async function changedFiles(
  repo: Repo,
  { source, prefix }: ProjectAt,
  files: readonly string[],
): Promise<string[]> {
  const inside = files.filter((file) => !posix.normalize(repo.prefix + file).startsWith(".."));
  const asked = inside.map((file) => ({ commit: source.commit ?? "", path: pathThen(repo, prefix, file) }));
  const blobs = await blobsAt(repo, asked);
  const names = await Promise.all(inside.map((file) => namesOf(repo, file)));
  const isNew = inside.filter((_, i) => blobs[i] === null && names[i] !== null);
  const tracked = new Set(isNew.length === 0 ? [] : (await trackedAt(repo, isNew)).map(({ path }) => path));
  return inside.filter((file, i) => {
    const blob = blobs[i] ?? null;
    if (blob === null) return tracked.has(file);
    return names[i]?.includes(blob) !== true;
  });
}

/** What lies outside the project's folder has not moved with it. */
function pathThen(repo: Repo, prefix: string, file: string): string {
  return posix.normalize((file.startsWith("../") ? repo.prefix : prefix) + file);
}

/** What git may call the file as it is now; null where there is none. */
async function namesOf(repo: Repo, file: string): Promise<string[] | null> {
  const path = join(repo.cwd, file);
  if ((await stat(path).catch(() => null))?.isFile() !== true) return null;
  const reader = readContent();
  for await (const chunk of createReadStream(path)) reader.take(chunk as Buffer);
  const content = reader.content();
  const names = await blobNames(createReadStream(path), content, repo.hash);
  return names === null ? [] : [names.bytes, names.lf, pointerName(content, repo.hash)];
}
