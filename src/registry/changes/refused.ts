import { lstat, readdir, realpath } from "node:fs/promises";
import { join, posix, relative, sep } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { artifactFileOf, KINDS } from "../files.ts";
import { blobsAt } from "../git/blobs-at.ts";
import {
  type Absent,
  absentOf,
  heldElsewhere,
  inHeadAlone,
  notCheckedOut,
  submoduleHint,
  type Tracked,
  trackedAt,
} from "../git/checked-out.ts";
import { must } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";

/** What the index has of the project's artifacts and suites, and which suites are not checked out. */
export interface CheckedOut {
  tracked: readonly Tracked[];
  absentSuites: Absent[];
}

const SUITES = "evals";

/**
 * Refuses a worktree that cannot show what the branch has: FILE_NOT_FOUND where artifacts are not checked out, which would look like
 * deleted; FILE_INVALID where they are links out of the repository or lie in a submodule, so that no commit of this one has them.
 */
export async function checkedOut(repo: Repo): Promise<CheckedOut> {
  const folders = await realFolders(repo);
  const tracked = await trackedAt(repo, [...folders, SUITES]);
  const absent = await absentOf(repo, tracked);
  const isSuite = ({ path }: Absent) => path === SUITES || path.startsWith(`${SUITES}/`);
  const gone = absent.filter((one) => !isSuite(one) && isArtifacts(one));
  if (gone.length > 0) throw await notCheckedOut(repo, gone);
  await refuseMissing(repo, tracked, [...folders, SUITES]);
  for (const path of await linksAndFolders(repo)) await refuseElsewhere(repo, path);
  return { tracked, absentSuites: absent.filter(isSuite) };
}

/**
 * What HEAD and the index have and the worktree lacks was deleted by nobody: a `.dockerignore`, a cache, an `rm` on the way to `git rm`. A folder
 * of them is read at once, and git is asked where a file is missing.
 */
async function refuseMissing(repo: Repo, tracked: readonly Tracked[], folders: readonly string[]): Promise<void> {
  const isOwn = (path: string) => isSuiteFile(path) || (folders.includes(posix.dirname(path)) && isArtifactFile(path));
  const own = tracked.filter(({ path, flag }) => flag === null && isOwn(path));
  const there = await Promise.all(
    folders.map(async (folder) => {
      const recursive = folder === SUITES;
      const names = await readdir(join(repo.cwd, folder), { recursive }).catch(() => []);
      return names.map((name) => posix.join(folder, name.split(sep).join("/")));
    }),
  );
  const here = new Set(there.flat());
  // With its other extension it is the same artifact.
  const unseen = own.filter(({ path }) => !here.has(path) && !here.has(otherName(path)));
  const seen = await Promise.all(unseen.map(({ path }) => isThere(repo, path)));
  const missing = unseen.filter((_, i) => seen[i] !== true);
  if (missing.length === 0) return;
  const ids = await blobsAt(repo, missing.map(({ path }) => ({ commit: "HEAD", path: posix.join(repo.prefix, path) }))); // prettier-ignore
  const [first, ...more] = missing.filter((_, i) => ids[i] !== null);
  if (first !== undefined) throw inHeadAlone(first.path, more.length);
}

function otherName(path: string): string {
  return path.endsWith(".yml") ? path.replace(/yml$/, "yaml") : path.replace(/yaml$/, "yml");
}

/** Also by another spelling, where the file system knows one. */
function isThere(repo: Repo, path: string): Promise<boolean> {
  return lstat(join(repo.cwd, path)).then(() => true, () => false); // prettier-ignore
}

function isSuiteFile(path: string): boolean {
  return path.startsWith(`${SUITES}/`) && /\.suite\.ya?ml$/.test(path);
}

function isArtifactFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return KINDS.some((kind) => artifactFileOf(kind, name) !== null);
}

function isArtifacts({ path, why }: Absent): boolean {
  return why === "submodule" || isArtifactFile(path);
}

/** The folders of artifacts as git has them: a link is where it leads, and itself. */
async function realFolders(repo: Repo): Promise<string[]> {
  const root = await realpath(repo.cwd);
  const real = await Promise.all(KINDS.map((kind) => realpath(join(root, kind)).catch(() => null)));
  const led = real.flatMap((path) => (path === null ? [] : [relative(root, path).split(sep).join("/")]));
  const up = repo.prefix.split("/").length - 1;
  // git is not asked for what is outside.
  const inside = led.filter((path) => path !== "" && path.split("/").filter((part) => part === "..").length <= up);
  return [...new Set([...KINDS, ...inside])];
}

async function linksAndFolders(repo: Repo): Promise<string[]> {
  const listed = await Promise.all(
    KINDS.map(async (kind) => {
      const found = await readdir(join(repo.cwd, kind), { withFileTypes: true }).catch(() => null);
      const links = (found ?? []).filter((f) => f.isSymbolicLink() && artifactFileOf(kind, f.name) !== null);
      return found === null ? [] : [kind, ...links.map(({ name }) => `${kind}/${name}`)];
    }),
  );
  return listed.flat();
}

async function refuseElsewhere(repo: Repo, path: string): Promise<void> {
  const held = await heldElsewhere(repo, path);
  if (held === null) return;
  if (held.why === "out")
    throw new AgentopsError("FILE_INVALID", `${path} leads out of the repository, to ${held.at}`, {
      hint: "no commit has what is there, so it cannot be compared: put the files themselves in its place",
    });
  const lies = held.at === repo.prefix + path ? `${path}/ is` : `${path} lies in ${held.at}/,`;
  throw new AgentopsError("FILE_INVALID", `${lies} a repository of its own (a submodule)`, {
    hint: `commits of this repository do not have its files: run agentops in ${held.at}/, with an agentops.config.yaml there`,
  });
}

/** Nothing of the project at the merge base: is it a submodule's place, or was nothing of the worktree checked out? */
export async function refuseUnheld(repo: Repo): Promise<void> {
  if (repo.prefix === "") return;
  const parts = repo.prefix.split("/").filter((part) => part !== "");
  const above = parts.map((_, i) => parts.slice(0, i + 1).join("/"));
  const listed = (await must(repo.git, ["ls-tree", "-z", "--full-tree", "HEAD", "--", ...above])).split("\0");
  const path = listed.find((line) => line.startsWith("160000"))?.replace(/^.*\t/s, "");
  if (path === undefined) return;
  throw new AgentopsError("FILE_NOT_FOUND", `${path}/ is a submodule that is not checked out`, {
    hint: await submoduleHint(repo, path),
  });
}

/** An index without any file is that of a worktree nothing was checked out in. */
export async function refuseEmpty(repo: Repo): Promise<void> {
  const { stdout } = await repo.git(["diff-index", "--cached", "--quiet", "--diff-filter=MTADU", "HEAD"]);
  const any = await must(repo.git, ["ls-files", "-z", "--", ":(top)"]);
  if (any !== "" || stdout !== "") return;
  throw new AgentopsError("FILE_NOT_FOUND", "nothing is checked out in this worktree: its index is empty", {
    hint: "git checkout HEAD -- :/   fills it",
  });
}

/**
 * No artifact is left, no commit took them away, and the index lacks more of HEAD than artifacts and suites: that is how `git clone
 * --no-checkout` with some paths checked out looks, which nobody can tell from a deletion that is staged.
 */
export async function refusePart(repo: Repo): Promise<void> {
  const args = ["diff-index", "--cached", "--name-only", "--diff-filter=D", "-z", "HEAD", "--"];
  const gone = (await must(repo.git, args, { config: ["diff.relative=false"] })).split("\0").filter((path) => path !== ""); // prettier-ignore
  const own = gone.find((path) => isArtifactFile(path) && KINDS.some((kind) => path.startsWith(`${repo.prefix}${kind}/`))); // prettier-ignore
  const others = gone.filter((path) => ![...KINDS, SUITES].some((folder) => path.startsWith(`${repo.prefix}${folder}/`))); // prettier-ignore
  if (own === undefined || others.length === 0) return;
  throw new AgentopsError(
    "FILE_NOT_FOUND",
    `${own} is in HEAD, and neither in the index nor in the worktree, as is ${others[0] ?? ""}`,
    {
      hint: "git checkout HEAD -- :/   fills a worktree that was checked out in part; what is to go counts when it is committed",
    },
  );
}

/** ARTIFACT_NOT_FOUND: no side has anything to compare. */
export function nothingThere(project: Pick<Project, "root">, mergeBase: string): AgentopsError {
  return new AgentopsError(
    "ARTIFACT_NOT_FOUND",
    `nothing to compare: no prompt and no agent in ${project.root}, nor there at the merge base ${mergeBase.slice(0, 10)}`,
    { hint: "-C DIR names the project's folder (the action's working-directory), --config FILE its config" },
  );
}
