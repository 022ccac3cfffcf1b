import { readFile, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { shellWord } from "../git/answer-kinds.ts";
import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import { notWritten } from "./lock.ts";
import { findMade, type Made } from "./made.ts";

/** What a publish is about to commit. It stays where the process was killed, or the commit could not be undone. */
interface Journal {
  /** HEAD before the commit. */
  head: string | null;
  /** Files that the commit may change, from the repository's top. */
  own: string[];
}

/** Beside the HEAD it is about: each worktree has its own. */
export async function journalOf(repo: Repo): Promise<string> {
  return resolve(repo.cwd, (await must(repo.git, ["rev-parse", "--git-path", "agentops-publish.json"])).trim());
}

export async function keepJournal(file: string, journal: Journal): Promise<void> {
  await writeFile(file, JSON.stringify(journal)).catch((error: unknown) => {
    throw notWritten(file, (error as NodeJS.ErrnoException).code ?? "unknown error", error);
  });
}

export async function dropJournal(file: string): Promise<void> {
  await rm(file, { force: true });
}

/**
 * Throws CHECKOUT_INVALID where a publish before this one was killed behind a commit that a hook put more into: nobody compared it with its plan, and it
 * would be tagged now for the content that it has.
 */
export async function refuseLeftBehind(repo: Repo, file: string): Promise<void> {
  const journal = await readJournal(file);
  if (journal === null) return;
  const own = new Set(journal.own);
  const made = await findMade(repo, journal.head, own);
  const foreign = made?.parent === journal.head ? (made.changes ?? []).filter((path) => !own.has(path)) : [];
  if (made === null || foreign.length === 0) {
    await dropJournal(file);
    return;
  }
  throw new AgentopsError(
    "CHECKOUT_INVALID",
    `commit ${made.commit.slice(0, 12)} is of a publish that did not end, and holds what is not the artifact's: ${foreign.join(", ")}; nothing is tagged`,
    {
      hint: `${wayBack(made, foreign)}, then publish again; where it is meant: rm ${shellWord(file)}`,
      details: { journal: file },
    },
  );
}

/** What somebody committed on top of it must stay. */
function wayBack({ commit, parent, isHead }: Made, foreign: readonly string[]): string {
  const files = foreign.map(shellWord).join(" ");
  if (!isHead) {
    const from = parent === null ? "--root" : parent.slice(0, 12);
    return `git rebase -i ${from}, with "edit" at ${commit.slice(0, 12)}: git rm -q --cached ${files} && git commit --amend`;
  }
  const back = parent === null ? "git update-ref -d HEAD" : `git reset --soft ${parent.slice(0, 12)}`;
  return `${back} && git rm -q --cached --ignore-unmatch ${files}`;
}

async function readJournal(file: string): Promise<Journal | null> {
  try {
    const read = JSON.parse(await readFile(file, "utf8")) as Partial<Journal>;
    return Array.isArray(read.own) && read.head !== undefined ? { head: read.head, own: read.own } : null;
  } catch {
    // None, or of a process that was killed while it wrote, before any commit.
    return null;
  }
}
