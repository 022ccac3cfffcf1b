import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { readAnswer } from "./answer.ts";
import { type Git, gitFailed, type GitResult, must, openGit } from "./git.ts";
import { isAbsent, isOutside, noRepo, outside, placesIn } from "./no-repo.ts";

/** The git repository around a project. */
export interface Repo {
  git: Git;
  /** Also when the process is asked to stop: takes back what is half done. */
  undo: Git;
  /** Absolute project folder, where git runs. */
  cwd: string;
  /** Absolute path of the work tree's top folder. */
  top: string;
  /** Path of the project inside the repository: `""` at the top, else `services/bot/`. */
  prefix: string;
  /** True when history was cut off by `clone --depth`. */
  shallow: boolean;
  /** What names its objects. */
  hash: "sha1" | "sha256";
}

type Around = Pick<Project, "root" | "env" | "signal" | "warn">;

/** A repository, or why there is none here; `absent` where git looked around and found none. */
type Looked = { repo: Repo } | { repo: null; why: AgentopsError; absent: boolean };

/** A command asks some six times for what does not change while it runs; one that is not there may come. */
const found = new WeakMap<Around, Promise<Looked>>();
const noted = new WeakSet<Around>();

/**
 * The repository around a project, or null when there is none (or no git): reading the worktree needs neither. Throws GIT_REFUSED where there
 * is one that git does not read (another user's, a `.git` that points nowhere): rules and evidence are in it.
 */
export async function findRepo(project: Around): Promise<Repo | null> {
  const looked = await lookOnce(project);
  if (looked.repo === null && !looked.absent) throw looked.why;
  return looked.repo;
}

/**
 * The same for what reads the worktree and only names versions beside it. Where git does not read the repository, or variables name one that
 * we do not use, that is said once, and then there is none.
 */
export async function repoForReading(project: Around): Promise<Repo | null> {
  const looked = await lookOnce(project);
  if (looked.repo !== null) return looked.repo;
  if (!looked.absent || placesIn(project.env).length > 0) noteUnknown(project, looked.why);
  return null;
}

/** Why no version is known beside the worktree, and the way out, in a line; null where git reads a repository. */
export async function noVersions(project: Around): Promise<string | null> {
  const looked = await lookOnce(project);
  if (looked.repo !== null) return null;
  const { message, hint } = looked.why;
  return `${looked.absent ? "no versions" : "versions are not known"}: ${message}${hint === undefined ? "" : ` (${hint})`}`;
}

function noteUnknown(project: Around, why: AgentopsError): void {
  if (noted.has(project)) return;
  const hint = why.hint === undefined ? "" : `\nhint: ${why.hint}`;
  project.warn?.(`warning: versions are not known here: ${why.message}${hint}`);
  noted.add(project);
}

/** What git knows beside the worktree, or `without` it where it cannot read its own list of refs; that is said once. */
export async function knownOr<T>(project: Around, without: T, known: () => Promise<T>): Promise<T> {
  try {
    return await known();
  } catch (error) {
    if (!(error instanceof AgentopsError) || !BAD_REFS.test(error.message)) throw error;
    noteUnknown(project, error);
    return without;
  }
}

const BAD_REFS = /packed-refs/;

/** The repository around a project; throws GIT_REFUSED when there is none, or none that git reads. */
export async function needRepo(project: Around): Promise<Repo> {
  const looked = await lookOnce(project);
  if (looked.repo === null) throw looked.why;
  return looked.repo;
}

async function lookOnce(project: Around): Promise<Looked> {
  const known = found.get(project);
  if (known !== undefined) return known;
  const looking = look(project);
  found.set(project, looking);
  const forget = () => found.delete(project);
  looking.then(({ repo }) => repo === null && forget(), forget);
  return looking;
}

async function look(project: Around): Promise<Looked> {
  const git = openGit(project.root, project.env, project.signal);
  const said = await git([
    "rev-parse",
    "--show-toplevel",
    "--show-prefix",
    "--is-shallow-repository",
    "--git-path",
    ALTERNATES,
    "--show-object-format",
  ]);
  if (said.exitCode > 0 && readAnswer(said).kind === "old git")
    return { repo: null, why: await tooOld(git, said), absent: false };
  if (said.exitCode !== 0) return { repo: null, why: noRepo(said, project), absent: isAbsent(said, project) };
  // A git before 2.29 knows one format, and says the last word back.
  const [top = "", prefix = "", shallow, alternates = "", format] = said.stdout.split("\n");
  if (prefix === "" && isOutside(top, project.root)) return { repo: null, why: outside(top, project), absent: false };
  const borrowed = await lostAlternate(git, resolve(project.root, alternates));
  if (borrowed !== null) return { repo: null, why: borrowed, absent: false };
  const undo = openGit(project.root, project.env);
  const hash = format === "sha256" ? "sha256" : "sha1";
  return { repo: { git, undo, cwd: project.root, top, prefix, shallow: shallow === "true", hash } };
}

const ALTERNATES = "objects/info/alternates";

/** A clone may borrow its objects from a folder that is gone; null where all that its refs name is there without it, and where it borrows none. */
async function lostAlternate(git: Git, file: string): Promise<AgentopsError | null> {
  const text = await readFile(file, "utf8").catch(() => "");
  const paths = text.split("\n").filter((line) => line !== "" && !/^[#"]/.test(line));
  const lost = paths.find((path) => !existsSync(resolve(dirname(dirname(file)), path)));
  if (lost === undefined) return null;
  const listed = await git(["for-each-ref", "--format=%(objecttype)"]);
  if (listed.exitCode === 0) return null;
  const stderr = `error: unable to normalize alternate object path: ${lost}\n${listed.stderr}`;
  return gitFailed({ ...listed, stderr }, "cannot read the git repository");
}

/** The git that is there, where it does not know what we ask. */
async function tooOld(git: Git, said: GitResult): Promise<AgentopsError> {
  const version = await git(["--version"]);
  const which = version.exitCode === 0 ? ` (${version.stdout.trim()})` : "";
  return gitFailed(said, `this git does not know what it is asked${which}`);
}

/** The commit a revision names, or null. */
export async function resolveCommit(repo: Repo, rev: string): Promise<string | null> {
  const found = await repo.git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${rev}^{commit}`]);
  return found.exitCode === 0 ? found.stdout.trim() : null;
}

/** The remote that decides who was first: the branch's own, else `origin`, else the only one; null without one or where several could. */
export async function remoteOf(repo: Repo): Promise<string | null> {
  const remotes = await remotesOf(repo);
  const branch = await currentBranch(repo);
  const own = branch === null ? null : await repo.git(["config", "--get", `branch.${branch}.remote`]);
  const named = own?.exitCode === 0 ? own.stdout.trim() : "";
  const chosen = [named, "origin"].find((one) => remotes.includes(one));
  return chosen ?? (remotes.length === 1 ? (remotes[0] ?? null) : null);
}

export async function remotesOf(repo: Repo): Promise<string[]> {
  return (await must(repo.git, ["remote"])).split("\n").filter((r) => r !== "");
}

/** The checked-out branch, even before its first commit; null when HEAD is detached. */
export async function currentBranch(repo: Repo): Promise<string | null> {
  const head = await repo.git(["symbolic-ref", "--quiet", "--short", "HEAD"]);
  return head.exitCode === 0 ? head.stdout.trim() : null;
}
