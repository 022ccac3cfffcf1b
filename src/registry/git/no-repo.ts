import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { readAnswer } from "./answer.ts";
import { gitFailed, type GitResult } from "./git.ts";

/** Where a repository is, in the user's environment; git is not given them, since hooks set them as well. */
const PLACES = ["GIT_DIR", "GIT_WORK_TREE"];

interface Place {
  root: string;
  env: NodeJS.ProcessEnv;
}

/** Whether git looked around and found none: what reads the worktree alone needs none. Else there is one that it does not read. */
export function isAbsent({ exitCode, stderr }: GitResult, { root }: Place): boolean {
  if (exitCode < 0) return true;
  return /not a git repository \(/.test(stderr) && gitAbove(root) === null;
}

/** Why versions cannot be looked up around a project. Each with its own way out: `git init` is that of one of them. */
export function noRepo(said: GitResult, place: Place): AgentopsError {
  const { root } = place;
  if (said.exitCode < 0) return gitFailed(said, "git --version failed");
  const dangling = /not a git repository: (.+)/.exec(said.stderr)?.[1];
  if (dangling !== undefined) return danglingFile(gitAbove(root) ?? join(root, ".git"), dangling, said);
  if (!/not a git repository \(/.test(said.stderr)) return gitFailed(said, "cannot read the git repository", SEE);
  const none = `versions live in git, and ${root} is not in a git repository`;
  const damaged = gitAbove(root);
  if (damaged !== null)
    return refused(`${none}: ${damaged} is none (it has no HEAD, or no objects)`, "restore it, or move it away and clone again", said); // prettier-ignore
  const boundary = /up to mount point (.+?)\)/.exec(said.stderr)?.[1];
  if (boundary !== undefined && /filesystem boundary/.test(said.stderr))
    return refused(`${none} up to the mount point ${boundary}, where git stops`, acrossOr(gitInit(place)), said);
  return refused(`${none}${ignoredPlaces(place.env)}`, gitInit(place), said);
}

/** For a project that is not inside the work tree its own repository names. */
export function isOutside(top: string, root: string): boolean {
  try {
    return realpathSync(top) !== realpathSync(root);
  } catch {
    return true;
  }
}

export function outside(top: string, { root }: Place): AgentopsError {
  return new AgentopsError("GIT_REFUSED", `the git repository around ${root} has its work tree at ${top} (core.worktree)`, { hint: "git config --unset core.worktree, or work there" }); // prettier-ignore
}

const SEE = "git status, in that folder, says more";

function danglingFile(file: string, target: string, said: GitResult): AgentopsError {
  const what = /[/\\]modules[/\\]/.test(target)
    ? "mount the superproject too, or run git submodule update --init there"
    : "mount the repository too, or run git worktree repair there";
  return refused(`${file} points to ${target}, which is not there`, what, said);
}

function refused(message: string, hint: string, said: GitResult): AgentopsError {
  return new AgentopsError("GIT_REFUSED", message, { hint, details: { git: readAnswer(said).said } });
}

/** The nearest `.git`, read by git or not; null without one. */
function gitAbove(root: string): string | null {
  for (let folder = root; ; folder = dirname(folder)) {
    const file = join(folder, ".git");
    if (existsSync(file)) return file;
    if (dirname(folder) === folder) return null;
  }
}

/** The variables that say where a repository is. */
export function placesIn(env: NodeJS.ProcessEnv): string[] {
  return PLACES.filter((name) => env[name]);
}

/** Who knows a repository by variables alone has set up something that we do not do. */
function ignoredPlaces(env: NodeJS.ProcessEnv): string {
  const set = placesIn(env);
  if (set.length === 0) return "";
  return ` (${set.join(" and ")} ${set.length === 1 ? "is" : "are"} not used: git's hooks set them for repositories of their own)`;
}

function gitInit({ env }: Place): string {
  const dir = env["GIT_DIR"];
  return dir ? `a .git file in the project's folder does the same: echo "gitdir: ${dir}" > .git` : "git init";
}

function acrossOr(init: string): string {
  return `GIT_DISCOVERY_ACROSS_FILESYSTEM=1 looks above it; or ${init}`;
}
