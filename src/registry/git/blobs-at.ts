import { posix } from "node:path";
import { must } from "./git.ts";
import type { Repo } from "./repo.ts";

/** A file as a commit has it; the path starts at the top folder of the repository. */
export interface FileAt {
  commit: string;
  path: string;
}

/** git finds a name in a folder by going through the folder: a thousand of a folder of thousands take it seconds, and to list it takes milliseconds. */
const MANY = 100;
const FEW_FOLDERS = 20;

/** The names of files' blobs, links within the commit followed; null where the commit has no such file. One process, or two for many. */
export async function blobsAt(repo: Repo, files: readonly FileAt[]): Promise<(string | null)[]> {
  const listed = files.length < MANY ? new Map<string, string>() : await inFolders(repo, files);
  const known = files.map(({ commit, path }) => listed.get(`${commit}:${path}`));
  const rest = await askedFor(repo, files.filter((_, i) => known[i] === undefined)); // prettier-ignore
  let next = 0;
  return known.map((id) => id ?? rest[next++] ?? null);
}

/** Files as the folders they are in have them, by `COMMIT:PATH`; a link, and what is behind one, is not among them. */
async function inFolders(repo: Repo, files: readonly FileAt[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const commit of new Set(files.map((file) => file.commit))) {
    const own = files.filter((file) => file.commit === commit).map(({ path }) => posix.dirname(path));
    const folders = [...new Set(own)].filter((folder) => folder !== "." && !folder.startsWith(".."));
    if (own.length < MANY || folders.length === 0 || folders.length > FEW_FOLDERS) continue;
    const args = ["ls-tree", "-z", "--full-tree", commit, "--", ...folders.map((folder) => `${folder}/`)];
    // Before the first commit there is nothing to list.
    for (const line of (await repo.git(args)).stdout.split("\0")) {
      const [, id, path] = /^100\d+ blob ([0-9a-f]+)\t([^\n\r]*)$/.exec(line) ?? [];
      if (id !== undefined && path !== undefined) found.set(`${commit}:${path}`, id);
    }
  }
  return found;
}

async function askedFor(repo: Repo, files: readonly FileAt[]): Promise<(string | null)[]> {
  // One request a line: a path with a line break cannot be asked for, so nothing of it is committed.
  const asked = files.map(({ commit, path }) => (/[\n\r]/.test(path) ? null : `${commit}:${path}`));
  const lines = asked.filter((line) => line !== null);
  if (lines.length === 0) return asked.map(() => null);
  const input = lines.map((line) => `${line}\n`).join("");
  const said = await must(repo.git, ["cat-file", "--batch-check", "--follow-symlinks"], { input });
  const answers = answersIn(said.split("\n"));
  let next = 0;
  return asked.map((line) => (line === null ? null : (answers[next++] ?? null)));
}

/** `ID blob SIZE`; or ` missing`, ` ambiguous` behind the request; a link that leads nowhere or out takes a second line. */
function answersIn(lines: readonly string[]): (string | null)[] {
  const answers: (string | null)[] = [];
  for (let at = 0; at < lines.length - 1; at++) {
    const line = lines[at] ?? "";
    answers.push(/^([0-9a-f]{40,64}) blob \d+$/.exec(line)?.[1] ?? null);
    if (/^(?:symlink|dangling|loop|notdir) \d+$/.test(line)) at += 1;
  }
  return answers;
}
