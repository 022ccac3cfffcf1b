import { must } from "./git.ts";
import type { Repo } from "./repo.ts";

/** What became of files since a commit; paths from the repository's top folder. */
export interface Renames {
  /** New path → old path. */
  from: ReadonlyMap<string, string>;
  deleted: readonly string[];
}

/** Prompts are short: a name and one sentence changed is half of many a file. */
const LIKENESS = "-M30%";

/** Which tracked files of these names, anywhere in the repository, were renamed or deleted since a commit, as git recognises it. */
export async function renamesSince(repo: Repo, commit: string, names: readonly string[]): Promise<Renames> {
  const globs = names.map((name) => `:(top,glob)**/${name}`);
  const args = ["diff", "--no-ext-diff", "--name-status", "-z", LIKENESS, "-l2000", "--diff-filter=RD", commit, "--"];
  const fields = (await must(repo.git, [...args, ...globs], { config: ["diff.relative=false"] })).split("\0");
  const from = new Map<string, string>();
  const deleted: string[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [status = "", path = ""] = fields.slice(at, at + 2);
    if (!status.startsWith("R")) deleted.push(path);
    else from.set(fields[at++ + 2] ?? "", path);
  }
  return { from, deleted };
}
