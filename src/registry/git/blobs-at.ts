import { must } from "./git.ts";
import type { Repo } from "./repo.ts";

/** A file as a commit has it; the path starts at the top folder of the repository. */
export interface FileAt {
  commit: string;
  path: string;
}

/** The names of files' blobs, links within the commit followed; null where the commit has no such file. One process for all. */
export async function blobsAt(repo: Repo, files: readonly FileAt[]): Promise<(string | null)[]> {
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
