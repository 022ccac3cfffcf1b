import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { resolve } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { readAnswer } from "../git/answer.ts";
import { gitFailed, type GitResult, must } from "../git/git.ts";
import { withHooks } from "../git/hooks.ts";
import type { Repo } from "../git/repo.ts";
import { withFiles } from "../signing/signers.ts";
import { type FileStatus, fromProject, isUntracked, pathspecs } from "./status.ts";

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
  if (operation === undefined || (operation === "merge" && (await isMerged(repo)))) return;
  const article = operation === "am" ? "an" : "a";
  throw new AgentopsError("GIT_REFUSED", `${article} ${operation} is in progress in this repository`, {
    hint: `git ${operation} --continue (or --abort), then publish again`,
  });
}

/** In a post-merge hook the merge is done, and git has not tidied up yet. */
async function isMerged(repo: Repo): Promise<boolean> {
  return (await repo.git(["merge-base", "--is-ancestor", "MERGE_HEAD", "HEAD"])).exitCode === 0;
}

/** A command line has a length that thousands of paths would pass. */
const MOST_NAMED = 200;
const NUL = "--pathspec-file-nul";

interface CommitOptions {
  message: string;
  sign: boolean | undefined;
}

/**
 * Commits exactly these files as they are on disk (`git commit --only`). The index keeps whatever else was staged; when a hook or git
 * refuses, it is as it was.
 */
export async function commitFiles(
  repo: Repo,
  files: readonly FileStatus[],
  { message, sign }: CommitOptions,
): Promise<void> {
  const specs = pathspecs(
    repo,
    files.map(({ path }) => path),
  );
  const added = pathspecs(
    repo,
    files.filter(isUntracked).map(({ path }) => path),
  );
  if (added.length > 0) await intendToAdd(repo, added);
  const signing = sign === true ? ["-S"] : [];
  const args = ["commit", "--only", "--quiet", "--cleanup=whitespace", ...signing, "-F", "-"];
  const commit = (paths: readonly string[]) => repo.git([...args, ...paths], { input: `${message}\n` });
  try {
    const result = await (specs.length <= MOST_NAMED
      ? commit(["--", ...specs])
      : withFiles({ specs: specs.join("\0") }, (file) => commit([`--pathspec-from-file=${file("specs")}`, NUL])));
    if (result.exitCode !== 0) throw await refusal(repo, result);
  } catch (error) {
    await forget(repo, files.filter(isUntracked));
    throw error;
  }
}

/** `commit --only` takes files that git knows; this makes them known without staging their content. */
async function intendToAdd(repo: Repo, specs: readonly string[]): Promise<void> {
  const add = ["add", "--intent-to-add"];
  const result = await (specs.length <= MOST_NAMED
    ? repo.git([...add, "--", ...specs])
    : repo.git([...add, "--pathspec-from-file=-", NUL], { input: specs.join("\0") }));
  if (result.exitCode === 0) return;
  const ignored = await repo.git(["check-ignore", "-v", "--", ...specs]);
  const [rule, file] = (ignored.stdout.split("\n")[0] ?? "").split("\t");
  if (file === undefined) throw gitFailed(result, "cannot add the artifact's files", "check .gitignore");
  throw new AgentopsError("GIT_REFUSED", `cannot add the artifact's files: ${file} is ignored by ${rule}`, {
    hint: `git add -f ${file} if it is meant, or change that rule`,
  });
}

async function forget(repo: Repo, files: readonly FileStatus[]): Promise<void> {
  if (files.length === 0) return;
  const paths = files.map(({ path }) => fromProject(repo, path));
  // Another publish may have committed one meanwhile; then its entry is real and stays.
  const said = await repo.undo(["cat-file", "--batch-check"], { input: paths.map((path) => `HEAD:./${path}\n`).join("") }); // prettier-ignore
  const committed = said.stdout.split("\n").map((line) => /^[0-9a-f]{40,64} \w+ \d+$/.test(line));
  const input = paths.filter((_, i) => committed[i] !== true).join("\0");
  if (input !== "") await repo.undo(["update-index", "--force-remove", "-z", "--stdin"], { input });
}

/** What may keep a commit from being made, of what a hook may have done: git leaves it at 1 for them all. */
const OF_A_COMMIT = ["pre-commit", "prepare-commit-msg", "commit-msg"];

async function refusal(repo: Repo, result: GitResult): Promise<AgentopsError> {
  const said = `${result.stderr}\n${result.stdout}`;
  if (/nothing to commit|nothing added to commit|no changes added/.test(said)) {
    return new AgentopsError("CONCURRENT_CHANGE", "somebody else committed these files at the same moment", {
      hint: "run the command again",
    });
  }
  // git writes the message to a file first, and may find it empty then.
  if (
    /empty commit message|No space left|quota exceeded|Out of diskspace|(?:couldn't|unable to|failed to) write|write error/.test(
      said,
    ) &&
    (await isFull(repo))
  ) {
    return new AgentopsError("GIT_FAILED", `git could not commit: the disk of ${repo.top} is full`, {
      hint: "make room, then run the command again; nothing was changed",
      details: { git: readAnswer(result).said },
    });
  }
  if (/tell me who you are|empty ident|auto-detect/.test(said)) {
    return gitFailed(result, "git does not know who you are", "git config user.email you@example.com");
  }
  const judged = await withHooks(repo, result, OF_A_COMMIT);
  const hint = judged.hookless === true ? "nothing was changed" : "nothing was changed; a hook's output is in --json's details"; // prettier-ignore
  return gitFailed(judged, "git refused the commit", hint);
}

/** A file of a page or two still fits where a commit does not. */
const ROOM = 64 * 1024;

async function isFull(repo: Repo): Promise<boolean> {
  const found = await statfs(repo.top).catch(() => null);
  return found !== null && found.bavail * found.bsize < ROOM;
}
