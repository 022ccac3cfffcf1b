import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { displayPath, type Project } from "../../core/project.ts";
import { KINDS } from "../files.ts";
import { blobsAt } from "../git/blobs-at.ts";
import type { Tracked } from "../git/checked-out.ts";
import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import { inOrder } from "./in-order.ts";
import { isBlob } from "./same.ts";

/** Whether anything a gate looks at differs from what is committed: artifacts, suites, the config. */
export async function hasEdits(project: Project, repo: Repo): Promise<boolean> {
  const paths = [...KINDS, "evals", displayPath(project.root, project.configFile)];
  const args = ["status", "--porcelain", "--untracked-files=all", "--", ...paths.map((path) => `:(literal)${path}`)];
  return (await must(repo.git, args)).trim() !== "";
}

/** Files that are staged with a text that is neither the worktree's nor the last commit's: what a commit takes is not what is judged. */
export async function partlyStaged(
  repo: Repo,
  tracked: readonly Tracked[],
  files: readonly string[],
): Promise<string[]> {
  const asked = new Set(files);
  const own = tracked.filter(({ path, flag, link }) => flag === null && !link && asked.has(path));
  const other = await inOrder(own, async ({ path, id }) => {
    const bytes = await readFile(join(repo.cwd, path)).catch(() => null);
    return bytes !== null && !isBlob(bytes, id, repo.hash);
  });
  const edited = own.filter((_, i) => other[i]);
  if (edited.length === 0) return [];
  const committed = await blobsAt(repo, edited.map(({ path }) => ({ commit: "HEAD", path: repo.prefix + path }))); // prettier-ignore
  return edited.filter(({ id }, i) => committed[i] !== id).map(({ path }) => path);
}
