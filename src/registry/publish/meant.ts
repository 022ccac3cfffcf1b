import { AgentopsError } from "../../core/errors.ts";
import type { Repo } from "../git/repo.ts";
import { type Owned, twinOf } from "./own-files.ts";
import { type FileStatus, fromProject, isUntracked, isZero, type Status } from "./status.ts";

/** An artifact that nobody named and git was never told of: somebody's draft. */
export interface LeftOut {
  address: string;
  /** Its file, relative to the project root. */
  file: string;
  why: "untracked" | "ignored";
}

export interface Meant {
  meant: Owned[];
  leftOut: LeftOut[];
}

/**
 * What a publish without names is about: the artifacts that git knows, and prompts that such an agent names. In a project of which git knows
 * nothing (`known`: nor of what has a version already) it is all that is not ignored: there the first publish makes them known.
 */
export function meantOf(owned: readonly Owned[], { files }: Status, known: boolean): Meant {
  const letters = new Map(files.map((file) => [file.path, file.index]));
  const whyNot = ({ own }: Owned) => {
    const said = own.map((path) => letters.get(path));
    return said.includes("!") ? "ignored" : said.includes("?") ? "untracked" : null;
  };
  const tracked = owned.filter((o) => whyNot(o) === null);
  if (tracked.length === 0 && !known) {
    const open = owned.filter((o) => whyNot(o) === "untracked");
    return {
      meant: open.length > 0 ? open : [...owned],
      leftOut: open.length > 0 ? leftOutOf(owned, open, whyNot) : [],
    };
  }
  const read = new Set(tracked.flatMap(({ planned }) => planned.files));
  const meant = owned.filter((o) => whyNot(o) === null || read.has(o.planned.files[0] ?? ""));
  return { meant, leftOut: leftOutOf(owned, meant, whyNot) };
}

function leftOutOf(
  owned: readonly Owned[],
  meant: readonly Owned[],
  whyNot: (owned: Owned) => LeftOut["why"] | null,
): LeftOut[] {
  return owned
    .filter((o) => !meant.includes(o))
    .map((o) => ({ address: o.planned.address, file: o.planned.files[0] ?? "", why: whyNot(o) ?? "untracked" }));
}

/** Throws CHECKOUT_INVALID for a file of theirs that is elsewhere, staged in part, or staged as deleted and still there. */
export async function refuseUnfit(repo: Repo, meant: readonly Owned[], { files }: Status): Promise<void> {
  const problem = meant.find((o) => o.problem !== null)?.problem;
  if (problem != null) throw problem;
  const own = new Set(meant.flatMap(({ paths }) => paths));
  const heads = new Map(files.map(({ path, head }) => [path, head]));

  const theirs = files.filter(({ path }) => own.has(path));
  const gone = theirs.find((file) => isRemoved(file, files));
  if (gone !== undefined) throw removed(fromProject(repo, gone.path));
  const half = theirs.filter((file) => isHalfStaged(file) && heads.get(twinOf(file.path)) !== file.staged);
  if (half.length === 0) return;
  const moved = await movedBlobs(repo);
  const chosen = half.find(({ staged }) => !moved.has(staged));
  if (chosen !== undefined) throw halfStaged(fromProject(repo, chosen.path));
}

/** What is staged is neither HEAD's content nor the disk's: some of it was chosen, and the rest was not. */
function isHalfStaged({ index, disk, staged }: FileStatus): boolean {
  return !["?", "!", "U", ".", "D"].includes(index) && disk !== "." && !isZero(staged);
}

/** What `git mv` stages is a file as it was, under another name: nobody chose a part of it. */
async function movedBlobs(repo: Repo): Promise<ReadonlySet<string>> {
  const flags = ["--cached", "--no-renames", "--diff-filter=D", "--no-abbrev"];
  const said = await repo.git(["diff-index", ...flags, "HEAD"]);
  return new Set(said.stdout.split("\n").map((line) => line.split(" ")[2] ?? ""));
}

function halfStaged(file: string): AgentopsError {
  return new AgentopsError(
    "CHECKOUT_INVALID",
    `${file} is staged in part, and what is not staged would be published too`,
    {
      hint: `git add ${file} for all of it, or git stash -k puts away what is not staged`,
    },
  );
}

function isRemoved({ path, index }: FileStatus, files: readonly FileStatus[]): boolean {
  return index === "D" && files.some((other) => other.path === path && isUntracked(other));
}

function removed(file: string): AgentopsError {
  return new AgentopsError(
    "CHECKOUT_INVALID",
    `${file} is staged as deleted (git rm --cached), and its file is still here`,
    {
      hint: `git add ${file} keeps it in git; else delete the file`,
    },
  );
}
