import { gitFailed, must } from "./git.ts";
import type { Repo } from "./repo.ts";

/** An object as git stores it. */
export interface GitObject {
  id: string;
  type: "commit" | "tag" | "tree" | "blob";
  /** One letter for each byte (latin1): whoever reads it judges its encoding. */
  bytes: string;
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
  const objects = objectsIn(said);
  return asked.map((name) => (name === null ? null : (objects.next().value ?? null)));
}

/** One request a line: what has a line break cannot be asked for, and is not there. */
function askable(name: string): string | null {
  return /[\n\r]/.test(name) ? null : name;
}

function* objectsIn(said: string): Generator<GitObject | null, undefined> {
  for (let at = 0; at < said.length;) {
    const end = said.indexOf("\n", at);
    // `ID TYPE SIZE`; or ` missing`, ` ambiguous` behind the request.
    const head = /^([0-9a-f]{40,64}) (commit|tag|tree|blob) (\d+)$/.exec(said.slice(at, end));
    const broken = /^(?:symlink|dangling|loop|notdir) (\d+)$/.exec(said.slice(at, end));
    at = end + 1;
    if (head === null) {
      // What such a link names is on a line of its own.
      if (broken !== null) at += Number(broken[1]) + 1;
      yield null;
      continue;
    }
    const [, id = "", type, size] = head;
    yield { id, type: type as GitObject["type"], bytes: said.slice(at, at + Number(size)) };
    at += Number(size) + 1;
  }
  return undefined;
}

/** What bytes say as UTF-8; others stand as U+FFFD. */
export function textOf(bytes: string): string {
  // eslint-disable-next-line no-control-regex -- all of ASCII is text as it is
  return /^[\x00-\x7f]*$/.test(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}

/** A file as a commit has it, as UTF-8 text; null where that has none. Throws GIT_FAILED where git cannot tell. */
export async function fileAt(repo: Repo, commit: string, path: string): Promise<string | null> {
  // `git replace` would put another file in its place.
  const [found] = await readObjects(repo, [`${commit}:${path}`], { unreplaced: true });
  if (found?.type === "blob") return textOf(found.bytes);
  // git says "missing" of a path in a tree that is lost, too.
  const listed = await repo.git(["--no-replace-objects", "ls-tree", "--full-tree", commit, "--", path]);
  if (listed.exitCode !== 0) throw gitFailed(listed, `cannot read ${path} of commit ${commit.slice(0, 12)}`);
  if (found === null && listed.stdout.includes(" blob ")) throw gitFailed({ ...listed, stderr: "its blob is missing" }, `cannot read ${path} of commit ${commit.slice(0, 12)}`); // prettier-ignore
  return null;
}
