import { join, posix } from "node:path";
import { AgentopsError } from "../core/errors.ts";
import { brokenLink, namesIn, type Project, readText, refuseDangling } from "../core/project.ts";
import type { ArtifactKind } from "../core/refs.ts";
import { decodeText } from "../core/utf8.ts";
import { type ArtifactFile, artifactFileOf, KINDS } from "./files.ts";
import { absentFiles } from "./absent.ts";
import { blobReader, lost, type Read } from "./git/batch.ts";
import { type Entry, filesUnder } from "./git/tree.ts";
import type { Repo } from "./git/repo.ts";

/** The project's files at one point of time. Paths are relative to the project root, with forward slashes. */
export interface Source {
  /** Null for the worktree. */
  commit: string | null;
  /** How errors name a file of this source. */
  label(path: string): string;
  /** The artifact files of one kind, sorted by path. */
  list(kind: ArtifactKind): Promise<ArtifactFile[]>;
  /** The text of a file; undefined when there is none; throws FILE_INVALID when it cannot be read, or is a link that leads nowhere. */
  read(path: string): Promise<string | undefined>;
  /** Why artifacts' files are not there although git has them; null when it has none that fit. Only a project's worktree can tell. */
  absent?(fits: (file: ArtifactFile) => boolean): Promise<AgentopsError | null>;
}

/** The files on disk. Needs no git, but to tell of a project what is not checked out. */
export function worktreeSource(of: string | Pick<Project, "root" | "env" | "signal">): Source {
  const root = typeof of === "string" ? of : of.root;
  return {
    ...(typeof of !== "string" && { absent: (fits) => absentFiles(of, fits) }),
    commit: null,
    label: (path) => path,
    list: async (kind) =>
      artifactFiles(kind, await namesIn(root, kind, { fits: (name) => artifactFileOf(kind, name) !== null })),
    read: (path) =>
      readText(join(root, path)).catch(async (error: unknown) => {
        await refuseDangling(join(root, path), path);
        if (!(error instanceof AgentopsError) || error.code !== "FILE_NOT_FOUND") throw error;
        return undefined;
      }),
  };
}

/** The files of a commit, asked for together and read at once. */
export interface CommitSource extends Source {
  /** The files in the folders of artifacts, by path. */
  entries(): Promise<ReadonlyMap<string, Entry>>;
}

/**
 * The files of one commit, links within it followed. `prefix` is the project's place in the repository at that commit, `""` or `…/`. Its
 * artifacts are listed once, and files that are asked for together are read by one process: read many with `Promise.all`.
 */
export function commitSource(repo: Repo, commit: string, prefix = repo.prefix): CommitSource {
  const blob = blobReader(repo);
  let listed: Promise<ReadonlyMap<string, Entry>> | undefined;
  const entries = () => (listed ??= entriesAt(repo, commit, prefix));
  const label = (path: string) => `${path}@${commit.slice(0, 12)}`;
  return {
    commit,
    label,
    entries,
    list: async (kind) => {
      const paths = [...(await entries()).keys()].filter((path) => path.lastIndexOf("/") === kind.length);
      return artifactFiles(
        kind,
        paths.filter((path) => path.startsWith(`${kind}/`)).map((path) => path.slice(kind.length + 1)),
      );
    },
    read: async (path) => {
      const known = KINDS.some((kind) => path.startsWith(`${kind}/`)) ? (await entries()).get(path) : null;
      if (known === undefined) return undefined;
      const named = posix.normalize(prefix + path);
      // A path that leads out of the repository is no commit's.
      if (named.startsWith("../")) return undefined;
      const read = await blob(known === null || known.link ? `${commit}:${named}` : known.id);
      if (read === null && known !== null) throw lost(label(path));
      return textOf(read, label(path));
    },
  };
}

function textOf(read: Read, label: string): string | undefined {
  if (read === null) return undefined;
  if ("bytes" in read) return decodeText(read.bytes, label);
  throw brokenLink(label, read.link.why, read.link.to);
}

async function entriesAt(repo: Repo, commit: string, prefix: string): Promise<ReadonlyMap<string, Entry>> {
  const found = await filesUnder(repo, commit, KINDS.map((kind) => prefix + kind)); // prettier-ignore
  return new Map(found.map((entry) => [entry.path.slice(prefix.length), entry]));
}

function artifactFiles(kind: ArtifactKind, names: readonly string[]): ArtifactFile[] {
  return names
    .map((name) => artifactFileOf(kind, name))
    .filter((file) => file !== null)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
