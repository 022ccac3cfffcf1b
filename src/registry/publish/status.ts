import { posix } from "node:path";
import { KINDS } from "../files.ts";
import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";

/** A file that HEAD, the index and the disk do not have alike. */
export interface FileStatus {
  /** From the repository's top. */
  path: string;
  /** HEAD against the index: `.` alike, `M`, `A`, `D`, `U` for a conflict; `?` where git does not know it, `!` where it is told to ignore it. */
  index: string;
  /** The index against the disk, in the same letters. */
  disk: string;
  /** Its content in HEAD; zeros where HEAD has none. */
  head: string;
  /** What `update-index --index-info` takes to put the index's entries back; empty where it has none. */
  entries: string[];
  /** What the index has, if it is one entry; zeros where its content was not added (`add -N`). */
  staged: string;
}

export interface Status {
  /** HEAD's commit; null before the first one. */
  head: string | null;
  /** The branch; null when HEAD is detached. */
  branch: string | null;
  files: FileStatus[];
}

/** How git sees these files, and what is checked out, in one process. Paths are from the repository's top. */
export async function statusOf(repo: Repo, paths: readonly string[]): Promise<Status> {
  const flags = ["--porcelain=v2", "--branch", "--no-ahead-behind", "-z", "--no-renames"];
  const specs = pathspecs(repo, paths.length <= MOST_NAMED ? paths : inFolders(repo, paths));
  const args = ["status", ...flags, "--untracked-files=all", "--ignored", "--", ...specs];
  const lines = (await must(repo.git, args)).split("\0");
  const asked = new Set(paths);
  const files = lines.map(fileStatus).filter((file) => file !== null);
  const header = (name: string) => lines.find((l) => l.startsWith(`# branch.${name} `))?.slice(10 + name.length);
  const [head, branch] = [header("oid"), header("head")];
  return {
    head: head === undefined || head === "(initial)" ? null : head,
    branch: branch === undefined || branch === "(detached)" ? null : branch,
    files: files.filter(({ path }) => asked.has(path)),
  };
}

/** git compares every path that is asked for with every file, and a command line has a length. */
const MOST_NAMED = 200;

/** The folders of artifacts for what is in them, and the other paths. */
function inFolders({ prefix }: Repo, paths: readonly string[]): string[] {
  const folders = KINDS.map((kind) => prefix + kind);
  const folderOf = (path: string) => folders.find((folder) => path.startsWith(`${folder}/`));
  return [...new Set(paths.map((path) => folderOf(path) ?? path))];
}

/** As git-status(1) says of "Porcelain Format Version 2". */
function fileStatus(line: string): FileStatus | null {
  const unknown = /^([?!]) (.*)$/s.exec(line);
  if (unknown) {
    const [, letter = "", path = ""] = unknown;
    return { path, index: letter, disk: letter, head: ZEROS, staged: ZEROS, entries: [] };
  }
  const fields = line.split(" ");
  const [kind, xy = ""] = fields;
  if (kind === "1") {
    const [, , , , mode = "", , head = "", staged = ""] = fields;
    const path = fields.slice(8).join(" ");
    const entries = isZero(mode) || isZero(staged) ? [] : [`${mode} ${staged} 0\t${path}`];
    return { path, index: xy[0] ?? ".", disk: xy[1] ?? ".", head, staged, entries };
  }
  if (kind !== "u") return null;
  const path = fields.slice(10).join(" ");
  const entries = [1, 2, 3]
    .map((stage) => ({ stage, mode: fields[2 + stage] ?? "", blob: fields[6 + stage] ?? "" }))
    .filter(({ mode }) => !isZero(mode))
    .map(({ stage, mode, blob }) => `${mode} ${blob} ${stage}\t${path}`);
  return { path, index: "U", disk: "U", head: fields[8] ?? ZEROS, staged: ZEROS, entries };
}

const ZEROS = "0".repeat(40);

export function isZero(text: string): boolean {
  return /^0*$/.test(text);
}

export function isUntracked({ index }: FileStatus): boolean {
  return index === "?" || index === "!";
}

/** Paths from the repository's top as git takes them in the project's folder, and each as nothing but itself. */
export function pathspecs(repo: Repo, paths: readonly string[]): string[] {
  return paths
    .map((path) => fromProject(repo, path))
    .map((path) => (/[*?[\\]|^:/.test(path) ? `:(literal)${path}` : path));
}

/** A path from the repository's top, as it is called in the project's folder. */
export function fromProject({ prefix }: Repo, path: string): string {
  return path.startsWith(prefix) ? path.slice(prefix.length) : posix.relative(prefix, path);
}
