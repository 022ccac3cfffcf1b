import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { type Git, gitFailed, must, openGit } from "./git.ts";

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

type Around = Pick<Project, "root" | "env" | "signal">;

/** A command asks some six times for what does not change while it runs; one that is not there may come. */
const found = new WeakMap<Around, Promise<Repo | null>>();

/** The repository around a project, or null when there is none (or no git): reading the worktree needs neither. */
export async function findRepo(project: Around): Promise<Repo | null> {
  const known = found.get(project);
  if (known !== undefined) return known;
  const looking = lookForRepo(project);
  found.set(project, looking);
  const forget = () => found.delete(project);
  looking.then((repo) => repo === null && forget(), forget);
  return looking;
}

async function lookForRepo(project: Around): Promise<Repo | null> {
  const git = openGit(project.root, project.env, project.signal);
  const said = await git([
    "rev-parse",
    "--show-toplevel",
    "--show-prefix",
    "--is-shallow-repository",
    "--show-object-format",
  ]);
  if (said.exitCode < 0 || /not a git repository/.test(said.stderr)) return null;
  if (said.exitCode !== 0) throw gitFailed(said, "cannot read the git repository");
  // A git before 2.29 knows one format, and says the last word back.
  const [top = "", prefix = "", shallow, format] = said.stdout.split("\n");
  const undo = openGit(project.root, project.env);
  const hash = format === "sha256" ? "sha256" : "sha1";
  return { git, undo, cwd: project.root, top, prefix, shallow: shallow === "true", hash };
}

/** The repository around a project; throws GIT_FAILED when there is none. */
export async function needRepo(project: Project): Promise<Repo> {
  const repo = await findRepo(project);
  if (repo) return repo;
  const git = openGit(project.root, project.env);
  const probe = await git(["--version"]);
  if (probe.exitCode !== 0) throw gitFailed(probe, "git --version failed");
  throw new AgentopsError("GIT_FAILED", `versions live in git, and ${project.root} is not in a git repository`, {
    hint: "git init",
  });
}

/** The commit a revision names, or null. */
export async function resolveCommit(repo: Repo, rev: string): Promise<string | null> {
  const found = await repo.git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${rev}^{commit}`]);
  return found.exitCode === 0 ? found.stdout.trim() : null;
}

/** The remote that decides who was first: the branch's own, else `origin`; null without either. */
export async function remoteOf(repo: Repo): Promise<string | null> {
  const remotes = (await must(repo.git, ["remote"])).split("\n").filter((r) => r !== "");
  const branch = await currentBranch(repo);
  const own = branch === null ? null : await repo.git(["config", "--get", `branch.${branch}.remote`]);
  const named = own?.exitCode === 0 ? own.stdout.trim() : "";
  if (remotes.includes(named)) return named;
  return remotes.includes("origin") ? "origin" : null;
}

/** The checked-out branch, even before its first commit; null when HEAD is detached. */
export async function currentBranch(repo: Repo): Promise<string | null> {
  const head = await repo.git(["symbolic-ref", "--quiet", "--short", "HEAD"]);
  return head.exitCode === 0 ? head.stdout.trim() : null;
}
