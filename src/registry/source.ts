import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AgentopsError } from "../core/errors.ts";
import { readText } from "../core/project.ts";
import type { ArtifactKind } from "../core/refs.ts";
import { decodeText } from "../core/utf8.ts";
import { type ArtifactFile, artifactFileOf } from "./files.ts";
import { must } from "./git/git.ts";
import type { Repo } from "./git/repo.ts";

/** The project's files at one point of time. Paths are relative to the project root, with forward slashes. */
export interface Source {
  /** Null for the worktree. */
  commit: string | null;
  /** How errors name a file of this source. */
  label(path: string): string;
  /** The artifact files of one kind, sorted by path. */
  list(kind: ArtifactKind): Promise<ArtifactFile[]>;
  /** The text of a file; undefined when there is none; throws FILE_INVALID when it cannot be read. */
  read(path: string): Promise<string | undefined>;
}

/** The files on disk. Needs no git. */
export function worktreeSource(root: string): Source {
  return {
    commit: null,
    label: (path) => path,
    list: async (kind) => artifactFiles(kind, await readdir(join(root, kind)).catch(() => [])),
    read: (path) =>
      readText(join(root, path)).catch((error: unknown) => {
        if (error instanceof AgentopsError && error.code === "FILE_NOT_FOUND") return undefined;
        throw error;
      }),
  };
}

/** The files of one commit. `prefix` is the project's place in the repository at that commit, `""` or `…/`. */
export function commitSource(repo: Repo, commit: string, prefix = repo.prefix): Source {
  const tree = (path: string) => ["ls-tree", "-z", "--full-tree", "--name-only", commit, "--", path];
  return {
    commit,
    label: (path) => `${path}@${commit.slice(0, 12)}`,
    list: async (kind) => {
      const names = (await must(repo.git, tree(`${prefix}${kind}/`))).split("\0");
      return artifactFiles(
        kind,
        names.map((n) => n.slice(n.lastIndexOf("/") + 1)),
      );
    },
    read: async (path) => {
      if ((await must(repo.git, tree(prefix + path))) === "") return undefined;
      const bytes = await must(repo.git, ["cat-file", "blob", `${commit}:${prefix}${path}`], { bytes: true });
      return decodeText(Buffer.from(bytes, "latin1"), `${path}@${commit.slice(0, 12)}`);
    },
  };
}

function artifactFiles(kind: ArtifactKind, names: readonly string[]): ArtifactFile[] {
  return names
    .map((name) => artifactFileOf(kind, name))
    .filter((file) => file !== null)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
