import { posix } from "node:path";
import { artifactFileOf, KINDS } from "../files.ts";
import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";

/**
 * Where files of artifacts went that are in their place no more, as git recognises it, and where no artifact is looked for: they were moved
 * out of sight and not deleted. Paths from the repository's top folder.
 */
export async function movedAway(
  repo: Repo,
  commit: string,
  files: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const moved = new Map<string, string>();
  if (files.length === 0) return moved;
  const args = ["diff", "--no-ext-diff", "--name-status", "-z", "-M", "-l2000", "--diff-filter=R", commit, "--", ":(top)"]; // prettier-ignore
  const fields = (await must(repo.git, args, { config: ["diff.relative=false"] })).split("\0");
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [from = "", to = ""] = fields.slice(at + 1, at + 3);
    if (files.includes(from) && !isLookedAt(to)) moved.set(from, to);
  }
  return moved;
}

/** Also in another project's folder, where it is that one's. */
function isLookedAt(path: string): boolean {
  const folder = posix.basename(posix.dirname(path));
  return KINDS.some((kind) => folder === kind && artifactFileOf(kind, posix.basename(path)) !== null);
}
