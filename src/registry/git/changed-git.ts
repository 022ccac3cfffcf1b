import { AgentopsError } from "../../core/errors.ts";
import { must } from "./git.ts";
import { currentBranch, type Repo, resolveCommit } from "./repo.ts";

const SHALLOW =
  "the clone is shallow: fetch the whole history (actions/checkout with fetch-depth: 0, GitLab's GIT_DEPTH: 0)";

/** The commit a branch was made from; throws VERSION_NOT_FOUND when there is none to be found here. */
export async function mergeBaseOf(repo: Repo, base: string): Promise<string> {
  const commit = await resolveCommit(repo, base);
  if (commit === null) {
    const hint = repo.shallow ? SHALLOW : await namedOtherwise(repo, base);
    throw new AgentopsError("VERSION_NOT_FOUND", `no commit named ${base}`, { hint });
  }
  const found = await repo.git(["merge-base", commit, "HEAD"]);
  if (found.exitCode === 0) return found.stdout.trim();
  throw new AgentopsError("VERSION_NOT_FOUND", `${base} and HEAD have no common ancestor`, {
    hint: repo.shallow ? SHALLOW : "name a base this branch was made from: --base REF",
  });
}

/** Whatever is named is there: a remote that can be fetched from, a branch, a commit. */
async function namedOtherwise(repo: Repo, base: string): Promise<string> {
  const remotes = (await must(repo.git, ["remote"])).split("\n").filter((name) => name !== "");
  const remote = base.includes("/") ? base.slice(0, base.indexOf("/")) : "origin";
  const fetch = remotes.includes(remote) && base !== "origin/HEAD" ? `git fetch ${remote}, or ` : "";
  const refs = (await must(repo.git, ["for-each-ref", "--format=%(refname:short)", "refs/remotes", "refs/heads"])).split("\n"); // prettier-ignore
  const here = await currentBranch(repo);
  const trunk = ["origin/main", "origin/master", ...remotes.flatMap((name) => [`${name}/main`, `${name}/master`]), "main", "master"]; // prettier-ignore
  const other = trunk.find((name) => refs.includes(name) && name !== here);
  if (other !== undefined) return `${fetch}name it: --base ${other}`;
  return (await resolveCommit(repo, "HEAD~1")) === null
    ? `${fetch}--base HEAD   compares with what is committed`
    : `${fetch}--base HEAD~1   compares with the commit before`;
}

/** Settings of the person must not change what is parsed here. */
const DIFF = ["diff", "--no-ext-diff", "--no-textconv", "--no-color"];

/** Which of these files differ from a commit; paths are relative to the project root. One outside the repository never does. */
export async function changedPaths(repo: Repo, commit: string, files: readonly string[]): Promise<string[]> {
  const changed: string[] = [];
  for (const file of files) {
    const { exitCode } = await repo.git([...DIFF, "--quiet", commit, "--", `:(literal)${file}`]);
    if (exitCode === 1) changed.push(file);
  }
  return changed;
}

/** The files of a commit under a folder of the project that differ now or are gone, relative to its root. */
export async function changedUnder(repo: Repo, commit: string, folder: string): Promise<string[]> {
  const names = ["--name-only", "--no-renames", "-z", "--diff-filter=MTD", commit, "--", `:(literal)${folder}`];
  const found = (await must(repo.git, [...DIFF, ...names])).split("\0").filter((name) => name !== "");
  return found.map((name) => name.slice(repo.prefix.length));
}

/** The first line of a file that changed since a commit and is more than a comment or a blank; null when none did. */
export async function firstChangedLine(repo: Repo, commit: string, file: string): Promise<number | null> {
  const text = await must(repo.git, [
    ...DIFF,
    "--unified=0",
    "--inter-hunk-context=0",
    commit,
    "--",
    `:(literal)${file}`,
  ]);
  const hunks = text.split(/^(?=@@ )/m).slice(1);
  const telling = hunks.find((hunk) => /^[-+](?!\s*(?:#|$))/m.test(hunk)) ?? hunks[0];
  const line = /^@@ -\S+ \+(\d+)/.exec(telling ?? "")?.[1];
  return line === undefined ? null : Math.max(1, Number(line));
}
