import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { gitFailed, type GitResult, must } from "../git/git.ts";
import { currentBranch, type Repo, resolveCommit } from "../git/repo.ts";

/** What git leaves in its folder while an operation waits for a person, and what that operation is called. */
const UNFINISHED = [
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  ["rebase-merge", "rebase"],
  // Both are there while patches of a mailbox are applied.
  ["rebase-apply/applying", "am"],
  ["rebase-apply", "rebase"],
] as const;

/** Throws GIT_REFUSED while a merge or the like is under way: its commit would swallow or lack the user's other files. */
export async function refuseUnfinished(repo: Repo): Promise<void> {
  const paths = await must(repo.git, ["rev-parse", ...UNFINISHED.flatMap(([file]) => ["--git-path", file])]);
  const found = paths.split("\n").findIndex((path) => path !== "" && existsSync(resolve(repo.cwd, path)));
  const operation = UNFINISHED[found]?.[1];
  if (operation === undefined) return;
  throw new AgentopsError(
    "GIT_REFUSED",
    `${operation === "am" ? "an" : "a"} ${operation} is in progress in this repository`,
    {
      hint: `git ${operation} --continue (or --abort), then publish again`,
    },
  );
}

/**
 * Commits exactly these files as they are on disk (`git commit --only`) and returns the commit that holds them: HEAD
 * when it has them already. The index keeps whatever else was staged; when a hook or git refuses, it is as it was.
 */
export async function commitFiles(
  repo: Repo,
  files: readonly string[],
  options: { message: string; sign: boolean | undefined },
): Promise<string> {
  const status = await statusOf(repo, files);
  if (status.length > 0) await commitOnly(repo, files, untracked(status), options);
  const head = await resolveCommit(repo, "HEAD");
  if (head === null) throw new AgentopsError("GIT_REFUSED", "this branch has no commit yet", { hint: "git commit" });
  return head;
}

async function commitOnly(
  repo: Repo,
  files: readonly string[],
  added: readonly string[],
  { message, sign }: { message: string; sign: boolean | undefined },
): Promise<void> {
  if ((await currentBranch(repo)) === null) {
    throw new AgentopsError("GIT_REFUSED", "HEAD is detached: the commit would be on no branch", {
      hint: "git switch BRANCH (or git switch -c NEW), then publish again",
    });
  }
  if (added.length > 0) await intendToAdd(repo, added);
  const signing = sign === true ? ["-S"] : [];
  const args = ["commit", "--only", "--quiet", "--cleanup=whitespace", ...signing, "-F", "-", "--", ...files];
  try {
    const result = await repo.git(args, { input: `${message}\n` });
    if (result.exitCode !== 0) throw refusal(result);
  } catch (error) {
    await forget(repo, added);
    throw error;
  }
}

/** `commit --only` takes files that git knows; this makes them known without staging their content. */
async function intendToAdd(repo: Repo, files: readonly string[]): Promise<void> {
  const result = await repo.git(["add", "--intent-to-add", "--", ...files]);
  if (result.exitCode !== 0) throw gitFailed(result, "cannot add the artifact's files", "check .gitignore");
}

async function forget(repo: Repo, files: readonly string[]): Promise<void> {
  for (const file of files) {
    // Another publish may have committed it meanwhile; then its entry is real and stays.
    const committed = await repo.undo(["cat-file", "-e", `HEAD:${repo.prefix}${file}`]);
    if (committed.exitCode !== 0) await repo.undo(["update-index", "--force-remove", "--", file]);
  }
}

function refusal(result: GitResult): AgentopsError {
  const said = `${result.stderr}\n${result.stdout}`;
  if (/nothing to commit|nothing added to commit|no changes added/.test(said)) {
    return new AgentopsError("CONCURRENT_CHANGE", "somebody else committed these files at the same moment", {
      hint: "run the command again",
    });
  }
  if (/tell me who you are|empty ident|auto-detect/.test(said)) {
    return gitFailed(result, "git does not know who you are", "git config user.email you@example.com");
  }
  return gitFailed(result, "git refused the commit", "nothing was changed; a hook's output is in --json's details");
}

interface StatusEntry {
  /** Two letters as in `git status --porcelain`. */
  code: string;
  /** Relative to the project root. */
  path: string;
}

async function statusOf(repo: Repo, files: readonly string[]): Promise<StatusEntry[]> {
  const args = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignored", "--", ...files];
  const entries = (await must(repo.git, args)).split("\0").filter((e) => e !== "");
  return entries.map((e) => ({ code: e.slice(0, 2), path: e.slice(3 + repo.prefix.length) }));
}

function untracked(status: readonly StatusEntry[]): string[] {
  return status.filter(({ code }) => code === "??" || code === "!!").map(({ path }) => path);
}
