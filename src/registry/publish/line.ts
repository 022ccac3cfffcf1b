import { currentBranch, remoteOf, type Repo, resolveCommit } from "../git/repo.ts";
import { trunkOf } from "../git/trunk.ts";
import { ancestorsOf } from "../versions/contained.ts";
import type { VersionTag } from "../versions/versions.ts";

/** Where the branch that is checked out went on, as far as this clone and its remote know. */
export interface Line {
  /** This is the default branch, or a commit of it. */
  isTrunk: boolean;
  isDetached: boolean;
  /** Of the versions asked for those that its upstream has: `git pull` brings them. */
  pulled: ReadonlySet<VersionTag>;
  /** Those that the default branch has. */
  trunk: ReadonlySet<VersionTag>;
  /** Those that the remote's branch of this name has, whether or not it is followed; detached beside the default branch: any branch that has this commit. */
  own: ReadonlySet<VersionTag>;
  /** What is in none of these is on another line for certain; otherwise it may be that nobody told this clone. */
  isWhole: boolean;
  /** Why it may not be whole, and what helps. */
  lack?: string;
}

interface Tips {
  pulled: string[];
  trunk: string[];
  own: string[];
}

interface Here {
  branch: string | null;
  remote: string | null;
  /** The default branch's name; null where none is known. */
  trunkName: string | null;
  /** The upstream's name on the remote; null for none, or one of another remote. */
  upstreamName: string | null;
  isTrunk: boolean;
  /** Something beside HEAD is known of the line. */
  isKnown: boolean;
  tips: Tips;
}

/**
 * The line of what is checked out. The remote is asked (where `ask`) only for versions made on top of HEAD that no branch known here has: CI's
 * checkout of an older commit sets the remote's branch back to that commit, and somebody may have fetched the tags alone.
 */
export async function lineOf(
  repo: Repo,
  head: string,
  versions: readonly VersionTag[],
  later: ReadonlySet<string>,
  ask: boolean,
): Promise<Line> {
  const here = await whatIsHere(repo, head);
  const line = await withTips(repo, here, here.tips, versions);
  const open = versions.filter((one) => later.has(one.commit) && !has(line, one));
  if (open.length === 0 || here.remote === null) return { ...line, isWhole: here.isKnown };
  return ask ? askedLine(repo, head, here, here.remote, versions) : { ...line, isWhole: here.isKnown };
}

/** Whether some branch of the line has a version. */
export function has({ pulled, trunk, own }: Pick<Line, keyof Tips>, version: VersionTag): boolean {
  return [pulled, trunk, own].some((some) => some.has(version));
}

async function withTips(
  repo: Repo,
  { isTrunk, branch }: Pick<Here, "isTrunk" | "branch">,
  tips: Tips,
  versions: readonly VersionTag[],
) {
  const of = (some: readonly string[]) => (some.length === 0 ? new Set<VersionTag>() : ancestorsOf(repo, some, versions)); // prettier-ignore
  return {
    isTrunk,
    isDetached: branch === null,
    pulled: await of(tips.pulled),
    trunk: await of(tips.trunk),
    own: await of(tips.own),
  };
}

async function whatIsHere(repo: Repo, head: string): Promise<Here> {
  const [branch, remote, found] = [await currentBranch(repo), await remoteOf(repo), await trunkOf(repo)];
  const trunk = found?.isDefault === true ? found : null;
  const upstream = branch === null ? null : await resolveCommit(repo, "@{upstream}");
  const isTrunk = trunk !== null && (branch === null ? await isIn(repo, head, trunk.tips) : branch === trunk.name);
  const own = await ownTips(repo, { head, branch, remote, isTrunk });
  const pulled = upstream === null ? [] : [upstream];
  // Of a line that a remote has, the branch here is what was checked out: it says no more than HEAD.
  const fetched = [...pulled, ...own, ...(trunk?.fetched === true || remote === null ? (trunk?.tips ?? []) : [])];
  return {
    branch,
    remote,
    trunkName: trunk?.name ?? null,
    upstreamName: upstream === null || remote === null ? null : await nameOn(repo, remote),
    isTrunk,
    isKnown: fetched.length > 0 && (branch !== null || isTrunk || own.length > 0),
    tips: { pulled, trunk: trunk?.tips ?? [], own },
  };
}

async function isIn(repo: Repo, commit: string, tips: readonly string[]): Promise<boolean> {
  const asked = tips.map((tip) => repo.git(["merge-base", "--is-ancestor", commit, tip]));
  return (await Promise.all(asked)).some(({ exitCode }) => exitCode === 0);
}

async function ownTips(
  repo: Repo,
  { head, branch, remote, isTrunk }: Pick<Here, "branch" | "remote" | "isTrunk"> & { head: string },
): Promise<string[]> {
  if (branch !== null) {
    const tip = remote === null ? null : await resolveCommit(repo, `refs/remotes/${remote}/${branch}`);
    return tip === null ? [] : [tip];
  }
  if (isTrunk) return [];
  const said = await repo.git(["for-each-ref", `--contains=${head}`, "--format=%(objectname)", "refs/remotes", "refs/heads"]); // prettier-ignore
  return [...new Set(said.stdout.split("\n").filter((line) => line !== ""))];
}

async function nameOn(repo: Repo, remote: string): Promise<string | null> {
  const ref = (await repo.git(["rev-parse", "--symbolic-full-name", "@{upstream}"])).stdout.trim();
  const under = `refs/remotes/${remote}/`;
  return ref.startsWith(under) ? ref.slice(under.length) : null;
}

/** The line with the tips that the remote has now. What it does not have, or cannot be asked for, stays as it was fetched. */
async function askedLine(
  repo: Repo,
  head: string,
  here: Here,
  remote: string,
  versions: readonly VersionTag[],
): Promise<Line> {
  const { branch, trunkName, upstreamName, tips } = here;
  const trunkRef = trunkName === null ? "HEAD" : `refs/heads/${trunkName}`;
  const refs = [upstreamName, branch].filter((name) => name !== null).map((name) => `refs/heads/${name}`);
  const said = await repo.git(["ls-remote", remote, ...new Set([trunkRef, ...refs])]);
  const there = new Map(said.stdout.split("\n").map((line) => line.split("\t")).map(([commit = "", ref = ""]) => [ref, commit])); // prettier-ignore
  // A pattern is the end of a name.
  const commits = [...new Set([trunkRef, ...refs].map((ref) => there.get(ref)))].filter(
    (commit) => commit !== undefined,
  );
  const known = new Map(await Promise.all(commits.map(async (commit) => [commit, await resolveCommit(repo, commit)] as const))); // prettier-ignore
  const tip = (ref: string) => [known.get(there.get(ref) ?? "") ?? null].filter((commit) => commit !== null);
  const trunk = tip(trunkRef);
  const isTrunk = here.isTrunk || (branch === null && (await isIn(repo, head, trunk)));
  const line = await withTips(
    repo,
    { isTrunk, branch },
    {
      pulled: [...tips.pulled, ...(upstreamName === null ? [] : tip(`refs/heads/${upstreamName}`))],
      trunk: [...tips.trunk, ...trunk],
      own: [...tips.own, ...(branch === null ? [] : tip(`refs/heads/${branch}`))],
    },
    versions,
  );
  if (said.exitCode !== 0) return { ...line, isWhole: false, lack: `${remote} could not be asked where it stands` };
  const isFetched = commits.every((commit) => known.get(commit) != null);
  if (!isFetched) return { ...line, isWhole: false, lack: `${remote} has commits that are not here: git fetch ${remote} tells more` }; // prettier-ignore
  return { ...line, isWhole: branch !== null || isTrunk || tips.own.length > 0 };
}
