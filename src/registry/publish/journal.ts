import { readFile, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import { findMade } from "./made.ts";

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
  await writeFile(file, JSON.stringify(journal));
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
  const back = made.parent === null ? "git update-ref -d HEAD" : `git reset --soft ${made.parent.slice(0, 12)}`;
  throw new AgentopsError(
    "CHECKOUT_INVALID",
    `commit ${made.commit.slice(0, 12)} is of a publish that did not end, and holds what is not the artifact's: ${foreign.join(", ")}; nothing is tagged`,
    {
      hint: `${back} && git rm -q --cached --ignore-unmatch ${foreign.join(" ")}, then publish again`,
      details: { journal: file },
    },
  );
}

async function readJournal(file: string): Promise<Journal | null> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Journal;
  } catch {
    // None, or of a process that was killed while it wrote, before any commit.
    return null;
  }
}
