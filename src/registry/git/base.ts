import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import { gitFailed, must } from "./git.ts";
import { currentBranch, remotesOf, type Repo, resolveCommit } from "./repo.ts";
import { type Revision, revisionOf } from "./revision.ts";

/** What the worktree is compared with. */
export interface Base {
  /** The commit the branch was made from: of `commit` and HEAD. */
  mergeBase: string;
  /** What the base is now. */
  commit: string;
  head: string;
  /** The ref that was taken for a short name, and others of that name; both in full. */
  ref: string | null;
  others: string[];
}

/** Who said what the base is: `--base`, CI's variables, the remote's HEAD; else it is the remote's, or the local, `main` or `master`. */
export const BASE_BY = ["option", "ci", "remote-head", "remote-branch", "local-branch"] as const;

export interface ChosenBase {
  ref: string;
  by: (typeof BASE_BY)[number];
}

/** Finds what a branch is compared with; throws VERSION_NOT_FOUND when there is none, or none that can be trusted, to be found here. */
export async function baseOf(repo: Repo, base: string): Promise<Base> {
  const revision = await revisionOf(repo, base);
  const { commit, ref, others } = revision;
  if (commit === null) throw await unknown(repo, base, revision);
  const head = await resolveCommit(repo, "HEAD");
  if (head === null) throw notFound("there is no commit yet to compare with", "git commit");
  const found = await repo.git(["merge-base", commit, head]);
  if (found.exitCode > 1 || found.exitCode < 0) throw gitFailed(found, "git merge-base failed");
  const mergeBase = found.stdout.trim();
  if (mergeBase === "") {
    const hint = repo.shallow ? await shallowHint(repo, base) : "name a base this branch was made from: --base REF";
    throw notFound(`${base} and HEAD have no common ancestor`, hint);
  }
  if (repo.shallow && (await mayBeOlder(repo, { commit, head, mergeBase })))
    throw notFound(
      `the clone is shallow, and its history is cut between ${base} and HEAD: a newer common ancestor than ${mergeBase.slice(0, 10)} may be hidden`,
      await shallowHint(repo, base),
    );
  return { mergeBase, commit, head, ref, others };
}

export function notFound(message: string, hint: string): AgentopsError {
  return new AgentopsError("VERSION_NOT_FOUND", message, { hint });
}

/**
 * Whether a common ancestor that is hidden may be newer. What is hidden behind a commit that the merge base contains is older than it; and
 * nothing is newer than one of the two itself, as where the merge of a pull request is checked out.
 */
async function mayBeOlder(repo: Repo, { commit, head, mergeBase }: Omit<Base, "ref" | "others">): Promise<boolean> {
  if (mergeBase === commit || mergeBase === head) return false;
  const file = (await must(repo.git, ["rev-parse", "--git-path", "shallow"])).trim();
  const cut = new Set((await readFile(resolve(repo.cwd, file), "utf8")).split("\n").filter((line) => line !== ""));
  const between = (await must(repo.git, ["rev-list", commit, head, `^${mergeBase}`])).split("\n");
  return between.some((one) => cut.has(one));
}

const ZEROS = /^0+$/;
const WHOLE_NAME = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

async function unknown(repo: Repo, base: string, { ref, others }: Revision): Promise<AgentopsError> {
  const other = await otherBase(repo);
  const named = other.replace(/^name it/, "name a base");
  if (ZEROS.test(base) && base.length >= 40)
    return notFound(`${base.slice(0, 10)}… is no commit: a push event names it where a branch is pushed first`, named);
  if (others.length > 0) {
    const are = others.map((one) => one.replace("refs/tags/", "tag ").replace("refs/heads/", "local branch "));
    const hint = `${await fetchOf(repo, base)}; or name what is meant in full: --base ${others[0] ?? ""}`;
    return notFound(`no branch ${base} of the remote here (${ref ?? ""}), only a ${are.join(" and a ")}`, hint);
  }
  const unread = await misread(repo, base, named);
  if (unread !== null) return unread;
  if (repo.shallow) return notFound(`no commit named ${base}`, await shallowHint(repo, base));
  if (WHOLE_NAME.test(base))
    return notFound(
      `no commit ${base.slice(0, 10)} here: its history was rewritten (a force push), or it was never fetched`,
      named,
    );
  const type = await repo.git(["cat-file", "-t", base]);
  if (type.exitCode === 0) return notFound(`${base} is a ${type.stdout.trim()} and no commit`, named);
  const fetch = base.endsWith("/HEAD") ? "" : await fetchOf(repo, base);
  return notFound(`no commit named ${base}`, fetch === "" ? other : `${fetch}, or ${other}`);
}

/** What no fetch brings: names that are none, and commits that a commit which is here does not lead to. */
async function misread(repo: Repo, base: string, other: string): Promise<AgentopsError | null> {
  if (base.trim() === "") return notFound("--base is empty: a variable that is not set?", other);
  const [range, from] = /^(.*?)\.\.\.?(.*)$/.exec(base) ?? [];
  if (range !== undefined)
    return notFound(`${base} is a range and no commit`, `name where the branch begins: --base ${from || "REF"}`);
  const upstream = /^(.*)@\{(?:u|upstream|push)\}/i.exec(base);
  if (upstream !== null) {
    const branch = upstream[1] || ((await currentBranch(repo)) ?? "HEAD");
    return notFound(`no commit named ${base}: ${branch} has no upstream branch here`, `git branch --set-upstream-to=REMOTE/BRANCH ${branch}, or ${other}`); // prettier-ignore
  }
  const [, name] = /^([^~^:@]+|@)[~^]/.exec(base) ?? [];
  if (name === undefined || repo.shallow || (await revisionOf(repo, name)).commit === null) return null;
  return notFound(`no commit named ${base}: ${name} is here, and has no such ancestor`, other);
}

/** Whatever is named is there, and is not what is checked out: that would be compared with itself. */
export async function otherBase(repo: Repo): Promise<string> {
  const remotes = await remotesOf(repo);
  const format = "--format=%(refname) %(objectname)";
  const listed = (await must(repo.git, ["for-each-ref", format, "refs/remotes", "refs/heads"])).split("\n");
  const commits = new Map(listed.map((line) => line.split(" ") as [string, string]));
  const here = await currentBranch(repo);
  const head = await resolveCommit(repo, "HEAD");
  const trunk = ["main", "master"];
  const names = [
    ...["origin", ...remotes].flatMap((remote) => trunk.map((name) => `refs/remotes/${remote}/${name}`)),
    ...trunk.filter((name) => name !== here).map((name) => `refs/heads/${name}`),
  ];
  if (head === null) return "commit something first: there is no commit yet";
  const other = names.find((name) => commits.has(name) && (isBranchOff(here) || commits.get(name) !== head));
  if (other !== undefined) return `name it: --base ${other.replace(/^refs\/(?:remotes|heads)\//, "")}`;
  return (await resolveCommit(repo, "HEAD~1")) === null
    ? "--base HEAD   compares with what is committed"
    : "--base HEAD~1   compares with the commit before";
}

/** On another branch a base that is HEAD itself stays what it goes into. */
function isBranchOff(branch: string | null): boolean {
  return branch !== null && branch !== "main" && branch !== "master";
}

/** What brings a remote's branch here, also where the clone fetches one other branch alone; "" where no remote of that name is known. */
export async function fetchOf(repo: Repo, base: string): Promise<string> {
  const remote = (await remotesOf(repo)).find((name) => base.startsWith(`${name}/`));
  if (remote === undefined) return base.includes("/") || !(await remotesOf(repo)).includes("origin") ? "" : "git fetch origin"; // prettier-ignore
  const fetched = await repo.git(["config", "--get-all", `remote.${remote}.fetch`]);
  if (fetched.stdout.includes("refs/heads/*")) return `git fetch ${remote}`;
  return `git fetch ${remote} ${base.slice(remote.length + 1)}:refs/remotes/${base}`;
}

async function shallowHint(repo: Repo, base: string): Promise<string> {
  const fetch = await fetchOf(repo, base);
  const own = `git fetch --unshallow${fetch === "" ? "" : fetch.slice("git fetch".length)}`;
  return `the clone is shallow: fetch the whole history (actions/checkout with fetch-depth: 0, GitLab's GIT_DEPTH: 0; else ${own})`;
}
