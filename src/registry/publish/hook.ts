import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";

/** Hooks that git runs before the commit it is making is there. */
const BEFORE_A_COMMIT = new Set(["pre-commit", "prepare-commit-msg", "commit-msg", "pre-merge-commit"]);
const AFTER_ONE = new Set(["post-commit", "post-merge", "post-rewrite", "post-checkout"]);

/**
 * Throws CHECKOUT_INVALID inside a hook of a commit that is being made: with a commit of ours before it, that one can no longer be made.
 * git names the index of its commit to such a hook, and to `post-commit` too.
 */
export async function refuseInHook(repo: Repo, env: NodeJS.ProcessEnv): Promise<void> {
  const file = env["GIT_INDEX_FILE"];
  if (file === undefined || file === "") return;
  const index = resolve(repo.cwd, (await must(repo.git, ["rev-parse", "--git-path", "index"])).trim());
  // Relative to the top, where git runs its hooks.
  const named = resolve(repo.top, file);
  if (dirname(named) !== dirname(index)) return;
  const hook = hookAround();
  if (hook !== null && AFTER_ONE.has(hook)) return;
  const underWay =
    hook !== null ||
    basename(named) !== basename(index) ||
    (await repo.git(["diff-index", "--cached", "--quiet", "HEAD"])).exitCode === 1;
  if (!underWay) return;
  throw new AgentopsError(
    "CHECKOUT_INVALID",
    `a commit is being made (this is its ${hook ?? "pre-commit"} hook), and publish makes one too`,
    {
      hint: "publish in post-commit, or after the commit; nothing was made",
    },
  );
}

/** The hook that this process was started by; null where the system does not tell (only Linux has /proc). */
function hookAround(): string | null {
  for (const { args } of ancestors()) {
    const name = args
      .slice(0, MOST_WORDS)
      .map((arg) => basename(arg))
      .find((arg) => BEFORE_A_COMMIT.has(arg) || AFTER_ONE.has(arg));
    if (name !== undefined) return name;
  }
  return null;
}

/** `/bin/sh .git/hooks/pre-commit`, or a program that runs hooks: `lefthook run pre-commit`. */
const MOST_WORDS = 4;
const MOST_ANCESTORS = 30;

interface Ancestor {
  pid: number;
  args: string[];
}

/** The processes above this one, the nearest first. */
function ancestors(): Ancestor[] {
  const found: Ancestor[] = [];
  for (let pid = process.ppid; pid > 1 && found.length < MOST_ANCESTORS;) {
    try {
      found.push({ pid, args: readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0") });
      // proc(5): the name in parentheses may hold anything; state and parent follow.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      pid = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    } catch {
      break;
    }
  }
  return found;
}

/** Where the lock is held by a publish that this one is a hook of: it would wait for itself. */
export function inOwnHook(pid: number, cause?: unknown): AgentopsError {
  return new AgentopsError(
    "CHECKOUT_INVALID",
    `this publish runs inside another one (process ${pid}), in a hook of its commit or push`,
    { hint: "a pre-push hook sees the tags that are pushed on its stdin: leave publish out of it", cause },
  );
}
