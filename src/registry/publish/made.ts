import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import { type FileStatus, fromProject, isUntracked, pathspecs } from "./status.ts";

/** The commit whose content is tagged. */
export interface Made {
  commit: string;
  /** What it is made on; null for a first one. */
  parent: string | null;
  /** What the commit changes, from the repository's top; null where HEAD had everything and none was made. */
  changes: string[] | null;
  /** False where somebody committed on top of it. */
  isHead: boolean;
}

/** A hook may amend the commit or commit on top of it; more than a few is somebody else at work. */
const MOST_ON_TOP = 20;

/**
 * The commit that was just made, among those that are new on the branch: the one that changes some of these files and no others, else the
 * oldest. Null where HEAD has nothing new.
 */
export async function findMade(repo: Repo, before: string | null, own: ReadonlySet<string>): Promise<Made | null> {
  const [head] = await changesOf(repo, ["HEAD"]);
  if (head === undefined || head.commit === before) return null;
  // Nearly always: nobody came between.
  if (head.parents === (before ?? "")) return { ...head, parent: before, isHead: true };
  const since = before === null ? [] : [`^${before}`];
  const args = ["rev-list", "--first-parent", `--max-count=${MOST_ON_TOP}`, head.commit, ...since];
  const chain = (await must(repo.git, args)).split("\n").filter((line) => line !== "");
  const commits = await changesOf(repo, chain);
  const isOurs = ({ changes }: Changed) => changes.length > 0 && changes.every((path) => own.has(path));
  const found = commits.findLast(isOurs) ?? commits.at(-1);
  if (found === undefined) return null;
  const parent = chain[chain.indexOf(found.commit) + 1] ?? before;
  return { ...found, parent, isHead: found.commit === head.commit };
}

interface Changed {
  commit: string;
  /** Their ids with spaces between. */
  parents: string;
  changes: string[];
}

/** What each of these commits changes, by one process. */
async function changesOf(repo: Repo, revs: readonly string[]): Promise<Changed[]> {
  const flags = ["--always", "-r", "-m", "--root", "--no-renames", "--name-only", "-z", "--format=%H %P"];
  const [first = "", ...more] = revs;
  const input = more.length === 0 ? "" : revs.map((rev) => `${rev}\n`).join("");
  const which = more.length === 0 ? first : "--stdin";
  const commits: Changed[] = [];
  for (const field of (await must(repo.git, ["diff-tree", ...flags, which], { input })).split("\0")) {
    const [, commit, parents = ""] = /^([0-9a-f]{40,64}) ([0-9a-f ]*)$/.exec(field) ?? [];
    if (commit !== undefined) commits.push({ commit, parents, changes: [] });
    // The first name stands behind an empty line.
    else if (field !== "") commits.at(-1)?.changes.push(field.replace(/^\n/, ""));
  }
  return commits;
}

/**
 * Takes a commit back that is not to be tagged: the branch, if it still is there, and the index of its files. False where the commit stays,
 * because somebody went on from it. The disk is not touched.
 */
export async function undoMade(repo: Repo, { commit, parent, isHead }: Made, own: Own): Promise<boolean> {
  if (!isHead) return false;
  const back = parent === null ? ["-d", "HEAD", commit] : ["HEAD", parent, commit];
  const moved = await repo.undo(["update-ref", "-m", "agentops publish: undone", ...back]);
  if (moved.exitCode !== 0) return false;
  await putBack(repo, parent, own);
  return true;
}

/** An artifact's files, and what the index had of those that were not as in HEAD. */
export interface Own {
  paths: readonly string[];
  status: readonly FileStatus[];
}

async function putBack(repo: Repo, head: string | null, { paths, status }: Own): Promise<void> {
  const was = new Map(status.map((file) => [file.path, file]));
  const asInHead = paths.filter((path) => !was.has(path));
  if (head !== null && asInHead.length > 0) await repo.undo(["reset", "--quiet", "--", ...pathspecs(repo, asInHead)]);
  const gone = status.map(({ path }) => `0 ${"0".repeat(repo.hash === "sha256" ? 64 : 40)}\t${path}\0`);
  const entries = status.flatMap((file) => file.entries.map((entry) => `${entry}\0`));
  await repo.undo(["update-index", "-z", "--index-info"], { input: [...gone, ...entries].join("") });
  // Known, and without a content yet: only `add` makes such entries.
  const intended = status.filter((file) => !isUntracked(file) && file.index === "." && file.entries.length === 0);
  if (intended.length > 0)
    await repo.undo(["add", "--intent-to-add", "--", ...intended.map(({ path }) => fromProject(repo, path))]);
}
