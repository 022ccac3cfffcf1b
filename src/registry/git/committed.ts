import { must } from "./git.ts";
import { fileAt } from "./objects.ts";
import type { Repo } from "./repo.ts";

/** Where the project's rules are read from; the first one that is there. */
const BRANCHES = ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/heads/main", "refs/heads/master"];

/** A commit whose files are looked at, and what people call it. */
export interface NamedCommit {
  name: string;
  commit: string;
}

/**
 * The head of the branch that everybody works from: the remote's default branch, else `main` or `master`, else what is checked out; null
 * before the first commit.
 */
export async function defaultBranch(repo: Repo): Promise<NamedCommit | null> {
  // What cannot be read must not look like a branch that is not there: the rules are taken from it.
  const listed = await must(repo.git, ["for-each-ref", "--format=%(refname) %(objectname)", ...BRANCHES]);
  const heads = new Map(listed.split("\n").map((line) => line.split(" ") as [string, string]));
  const branch = BRANCHES.find((name) => heads.has(name));
  if (branch !== undefined)
    return { name: branch.replace(/^refs\/(?:remotes|heads)\//, ""), commit: heads.get(branch) ?? "" };
  const head = await repo.git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  return head.exitCode === 0 ? { name: "HEAD", commit: head.stdout.trim() } : null;
}

/** A file as the default branch has it, and the branch. */
export interface Committed {
  branch: string;
  /** Null where the branch has no such file. */
  text: string | null;
}

/**
 * Reads what nobody can change without a commit on the default branch: lists of who may do what are taken from there, never from the
 * worktree. `path` is relative to the repository's top.
 */
export async function readCommitted(repo: Repo, path: string): Promise<Committed> {
  const branch = await defaultBranch(repo);
  if (branch === null) return { branch: "HEAD", text: null };
  return { branch: branch.name, text: await fileAt(repo, branch.commit, path) };
}
