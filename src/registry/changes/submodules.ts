import { posix } from "node:path";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Tracked } from "../git/checked-out.ts";
import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";

/**
 * Submodules that are at another commit than at the merge base, or have edits: what changed in them, this repository's commits cannot tell.
 * Paths relative to the project root. Where there are none, git is not asked.
 */
export async function otherSubmodules(repo: Repo, commit: string, tracked: readonly Tracked[]): Promise<string[]> {
  const own = tracked.filter(({ flag }) => flag === "submodule").map(({ path }) => posix.join(repo.prefix, path));
  const named = existsSync(join(repo.top, ".gitmodules")) ? await namedIn(repo) : [];
  const all = [...new Set([...own, ...named])];
  if (all.length === 0) return [];
  const args = ["diff", "--no-ext-diff", "--name-only", "-z", "--no-renames", "--ignore-submodules=untracked", commit, "--"]; // prettier-ignore
  const paths = all.map((path) => `:(top,literal)${path}`);
  const changed = (await must(repo.git, [...args, ...paths], { config: ["diff.relative=false"] })).split("\0");
  return all.filter((path) => changed.includes(path)).map((path) => posix.relative(repo.prefix || ".", path));
}

async function namedIn(repo: Repo): Promise<string[]> {
  const said = await repo.git(["config", "-z", "--file", join(repo.top, ".gitmodules"), "--get-regexp", "^submodule\\..*\\.path$"]); // prettier-ignore
  return said.stdout.split("\0").flatMap((entry) => entry.split("\n").slice(1, 2));
}
