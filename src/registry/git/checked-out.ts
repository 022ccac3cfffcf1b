import { lstat, realpath } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { must } from "./git.ts";
import type { Repo } from "./repo.ts";

/** A file that git has and the worktree lacks, because git was told so: it was not deleted. */
export interface Absent {
  /** Relative to the project root. */
  path: string;
  why: "skip-worktree" | "assume-unchanged" | "submodule";
}

/** What the index has. */
export interface Tracked {
  path: string;
  flag: Absent["why"] | null;
  /** Of its text, or of where it leads. */
  id: string;
  link: boolean;
}

/** What git's index has at paths of the project, files or folders. One process. */
export async function trackedAt(repo: Repo, paths: readonly string[]): Promise<Tracked[]> {
  const args = ["ls-files", "-v", "-s", "-z", "--", ...paths.map((path) => `:(literal)${path}`)];
  const lines = (await must(repo.git, args)).split("\0");
  return lines.flatMap((line) => {
    const [, tag = "", mode, id = "", path] = /^(\w) (\d+) ([0-9a-f]+) \d\t(.*)$/s.exec(line) ?? [];
    if (path === undefined) return [];
    return [{ path, id, link: mode === "120000", flag: mode === "160000" ? "submodule" : flagOf(tag) }];
  });
}

/** `S` is left out of a sparse checkout, or by hand; a small letter is not looked at (git-ls-files, -v). */
function flagOf(tag: string): Tracked["flag"] {
  if (tag.toUpperCase() === "S") return "skip-worktree";
  return tag === tag.toLowerCase() ? "assume-unchanged" : null;
}

/** Which of what git has is not in the worktree, though nobody deleted it. */
export async function absentOf(repo: Repo, tracked: readonly Tracked[]): Promise<Absent[]> {
  const marked = tracked.filter(({ flag }) => flag !== null);
  const absent = await Promise.all(
    marked.map(async ({ path, flag }) => {
      // The folder of a submodule is there without what is in it.
      const here = flag === "submodule" ? join(repo.cwd, path, ".git") : join(repo.cwd, path);
      const isHere = await lstat(here).then(() => true, () => false); // prettier-ignore
      return isHere || flag === null ? [] : [{ path, why: flag }];
    }),
  );
  return absent.flat();
}

/** FILE_NOT_FOUND for files that are not checked out, with the way to have them. */
export async function notCheckedOut(repo: Repo, absent: readonly Absent[]): Promise<AgentopsError> {
  const [first, ...more] = absent;
  const path = first?.path ?? "";
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  if (first?.why === "submodule")
    return new AgentopsError("FILE_NOT_FOUND", `${path}/ is a submodule that is not checked out${others}`, {
      hint: await submoduleHint(repo, repo.prefix + path),
    });
  const sparse = first?.why === "skip-worktree" && (await isSet(repo, "core.sparseCheckout"));
  const why = sparse ? "sparse checkout" : `git update-index --${first?.why ?? ""}`;
  const dir = posix.dirname(path);
  // The project's own folder of it, or one above the project.
  const folder = posix.join(repo.prefix, dir.startsWith("..") ? dir : (dir.split("/")[0] ?? "")).replace(/\/$/, "");
  const coned = folder === "." ? path : folder;
  // Without cone mode it is a pattern, which a folder's name alone would match anywhere; git before 2.25 has no `add`.
  const pattern = `'/${posix.join(repo.prefix, path)}'`;
  const hint = sparse
    ? `git sparse-checkout add ${(await isSet(repo, "core.sparseCheckoutCone")) ? coned : `${pattern}, or git sparse-checkout disable`}   (actions/checkout: name the folder in sparse-checkout, or leave it out)`
    : `git update-index --no-${first?.why ?? ""} ${path} && git checkout -- ${path}`;
  return new AgentopsError("FILE_NOT_FOUND", `${path} is in git but not checked out (${why})${others}`, { hint });
}

/** @param path from the repository's top folder */
export async function submoduleHint(repo: Repo, path: string): Promise<string> {
  const said = await repo.git(["config", "--file", join(repo.top, ".gitmodules"), "--get-regexp", "^submodule\\..*\\.path$"]); // prettier-ignore
  if (said.stdout.split("\n").some((line) => line.endsWith(` ${path}`)))
    return `git submodule update --init ${path}   (actions/checkout with submodules: true)`;
  return `.gitmodules does not say where ${path} comes from, so git cannot fetch it: git submodule add URL ${path}, or git rm --cached ${path} and add its files`;
}

/** FILE_NOT_FOUND for what is committed and was neither deleted in a commit nor staged as deleted; the worktree lacks it all the same. */
export function inHeadAlone(path: string, more = 0): AgentopsError {
  const others = more === 0 ? "" : ` (and ${more} more)`;
  return new AgentopsError("FILE_NOT_FOUND", `${path} is in HEAD but not in the worktree${others}`, {
    hint: `git checkout HEAD -- ${path}   brings it back; where it is to go: git rm ${path}, or git add -A where it was renamed`,
  });
}

async function isSet(repo: Repo, setting: string): Promise<boolean> {
  const said = await repo.git(["config", "--type=bool", "--get", setting]);
  return said.stdout.trim() === "true";
}

/**
 * Why commits of this repository do not hold what is in a folder or file of the project: it leads out of the repository, or into another
 * one (a submodule). Null where they may.
 */
export async function heldElsewhere(
  repo: Repo,
  path: string,
): Promise<{ why: "out" | "repository"; at: string } | null> {
  const [top, real] = await Promise.all([realpath(repo.top), realpath(join(repo.cwd, path)).catch(() => null)]);
  if (real === null) return null;
  const inside = relative(top, real);
  if (inside.split(sep)[0] === ".." || inside === real) return { why: "out", at: real };
  for (let folder = real; folder !== top && folder.startsWith(top); folder = dirname(folder))
    if (existsSync(join(folder, ".git"))) return { why: "repository", at: relative(top, folder).split(sep).join("/") };
  return null;
}
