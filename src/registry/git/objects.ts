import { decodeText } from "../../core/utf8.ts";
import { gitFailed, must } from "./git.ts";
import type { Repo } from "./repo.ts";

/** An object as git stores it. */
export interface GitObject {
  id: string;
  type: "commit" | "tag" | "tree" | "blob";
  /** One letter for each byte (latin1): whoever reads it judges its encoding. */
  bytes: string;
}

/** Where a link ends that leads to no file of the commit: out of it, or nowhere. */
export interface LinkEnd {
  why: "out" | "nowhere";
  to: string;
}

interface Options {
  /** What is there whatever `git replace` puts in its place. */
  unreplaced?: boolean;
  /** Of `REV:PATH` what a link within the commit leads to; null where it leads nowhere, or out of it. */
  followed?: boolean;
}

/**
 * The objects of some names (`ID`, `REV:PATH`), in their order; null for what is not there. One process for all. Throws GIT_FAILED where
 * they cannot be read: a partial clone that cannot fetch, a damaged repository.
 */
export async function readObjects(
  repo: Repo,
  names: readonly string[],
  { unreplaced = false, followed = false }: Options = {},
): Promise<(GitObject | null)[]> {
  const asked = names.map(askable);
  const input = asked.filter((name) => name !== null);
  if (input.length === 0) return asked.map(() => null);
  const args = [
    ...(unreplaced ? ["--no-replace-objects"] : []),
    "cat-file",
    "--batch",
    ...(followed ? ["--follow-symlinks"] : []),
  ];
  const said = await must(repo.git, args, { input: `${input.join("\n")}\n`, bytes: true });
  const answers = answersIn(said);
  return asked.map((name) => {
    const answer = name === null ? null : (answers.next().value ?? null);
    return answer === null || "why" in answer ? null : answer;
  });
}

/** One request a line: what has a line break cannot be asked for, and is not there. */
function askable(name: string): string | null {
  return /[\n\r]/.test(name) ? null : name;
}

/** What `git cat-file --batch` says (git-cat-file(1), "BATCH OUTPUT"), request by request; null for what is missing or ambiguous. */
export function* answersIn(said: string): Generator<GitObject | LinkEnd | null, undefined> {
  for (let at = 0; at < said.length;) {
    const end = said.indexOf("\n", at);
    const line = said.slice(at, end);
    const [, id = "", type] = /^([0-9a-f]{40,64}) (commit|tag|tree|blob) \d+$/.exec(line) ?? [];
    const [, broken] = /^(symlink|dangling|loop|notdir) \d+$/.exec(line) ?? [];
    const size = type === undefined && broken === undefined ? -1 : Number(line.slice(line.lastIndexOf(" ")));
    const bytes = said.slice(end + 1, end + 1 + size);
    at = end + 1 + size + 1;
    // git answers with where the last link leads, but for the first that leads nowhere: that with what was asked.
    if (broken !== undefined) yield { why: broken === "symlink" ? "out" : "nowhere", to: bytes };
    else yield type === undefined ? null : { id, type: type as GitObject["type"], bytes };
  }
  return undefined;
}

/** What bytes say as UTF-8; others stand as U+FFFD. */
export function textOf(bytes: string): string {
  // eslint-disable-next-line no-control-regex -- all of ASCII is text as it is
  return /^[\x00-\x7f]*$/.test(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}

/**
 * A file as a commit has it; null where that has none. Throws GIT_FAILED where git cannot tell, FILE_INVALID where it is no UTF-8: the same file is
 * refused on disk.
 */
export async function fileAt(repo: Repo, commit: string, path: string): Promise<string | null> {
  // `git replace` would put another file in its place.
  const [found] = await readObjects(repo, [`${commit}:${path}`], { unreplaced: true });
  if (found?.type === "blob") return decodeText(Buffer.from(found.bytes, "latin1"), `${path}@${commit.slice(0, 12)}`);
  // git says "missing" of a path in a tree that is lost, too.
  const listed = await repo.git(["--no-replace-objects", "ls-tree", "--full-tree", commit, "--", path]);
  if (listed.exitCode !== 0) throw gitFailed(listed, `cannot read ${path} of commit ${commit.slice(0, 12)}`);
  if (found === null && listed.stdout.includes(" blob ")) throw gitFailed({ ...listed, stderr: "its blob is missing" }, `cannot read ${path} of commit ${commit.slice(0, 12)}`); // prettier-ignore
  return null;
}
