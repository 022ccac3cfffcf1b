import { AgentopsError } from "../../core/errors.ts";
import { type Repo, resolveCommit } from "../git/repo.ts";
import type { ArtifactContent } from "../read.ts";
import { ancestorsOf, containedIn, descendants } from "../versions/contained.ts";
import { digestsAt } from "../versions/digests.ts";
import type { VersionTag } from "../versions/versions.ts";
import { has, type Line, lineOf } from "./line.ts";

/** An artifact as the worktree has it, and its versions, the newest first. */
export interface Candidate {
  content: ArtifactContent;
  versions: readonly VersionTag[];
}

export interface Judged {
  content: ArtifactContent;
  is: "changed" | "unchanged" | "skipped";
  /** The version that has its content; of what is skipped, the newer one; undefined of what changed. */
  version?: VersionTag;
  note?: string;
}

/** One whose newest version has another content. */
interface Open {
  content: ArtifactContent;
  versions: readonly VersionTag[];
  newest: VersionTag;
}

/**
 * What changed since the newest version that HEAD knows. A version is known by its commit, or by its content where a squash, a rebase or an
 * amend made other commits of it. git is asked only when some newest version has another content, and then for all of them together; the
 * remote only where that is not enough, and `ask`.
 */
export async function judgeChanges(repo: Repo, candidates: readonly Candidate[], ask: boolean): Promise<Judged[]> {
  const open = candidates.flatMap(({ content, versions }): Open[] => {
    const [newest] = versions;
    return newest === undefined || newest.digest === content.digest ? [] : [{ content, versions, newest }];
  });
  const answers = open.length === 0 ? new Map<ArtifactContent, Judged>() : await judgeOpen(repo, open, ask);
  return candidates.map(({ content, versions: [newest] }): Judged => {
    const answer = answers.get(content);
    if (answer !== undefined) return answer;
    return newest === undefined ? { content, is: "changed" } : { content, is: "unchanged", version: newest };
  });
}

async function judgeOpen(repo: Repo, open: readonly Open[], ask: boolean): Promise<Map<ArtifactContent, Judged>> {
  const head = await resolveCommit(repo, "HEAD");
  const known = head === null ? new Set<VersionTag>() : await knownTo(repo, head, open);
  const answers = open.map((one): Judged | Open => {
    const { content, newest, versions } = one;
    if (known.has(newest)) return { content, is: "changed" };
    const floor = versions.find((version) => known.has(version))?.number ?? 0;
    const same = versions.find((version) => version.digest === content.digest);
    return same !== undefined && same.number >= floor
      ? { content, is: "unchanged", version: same, note: `${newest.version} was published from ${short(newest.commit)}, which is not in this branch` } // prettier-ignore
      : one;
  });
  const left = answers.filter((answer): answer is Open => "newest" in answer);
  const rest = left.length === 0 || head === null ? left.map(apart) : await judgeBehind(repo, head, left, ask);
  return new Map([...answers.filter((answer): answer is Judged => "is" in answer), ...rest].map((one) => [one.content, one])); // prettier-ignore
}

/** Of each artifact the versions that HEAD has, down to the newest one that it has by its commit. */
async function knownTo(repo: Repo, head: string, open: readonly Open[]): Promise<Set<VersionTag>> {
  const all = open.flatMap(({ versions }) => versions);
  const merged = await ancestorsOf(repo, [head], all);
  if (repo.shallow) refuseCutOff(open.filter(({ newest }) => !merged.has(newest)));
  const above = open.flatMap(({ versions }) => {
    const at = versions.findIndex((version) => merged.has(version));
    return at < 0 ? versions : versions.slice(0, at);
  });
  if (above.length === 0) return merged;
  return new Set([...merged, ...(await containedIn(repo, [head], above))]);
}

function refuseCutOff([first]: readonly Open[]): void {
  if (first === undefined) return;
  const ref = refOf(first);
  throw new AgentopsError("VERSION_NOT_FOUND", `the clone is shallow: whether this branch has ${ref} cannot be told`, {
    hint: "git fetch --unshallow --tags   (actions/checkout with fetch-depth: 0, GitLab's GIT_DEPTH: 0), then publish again",
  });
}

/**
 * Those whose newest version is not in this branch, and that have another content than every version since. Where this line went on to that
 * version, this checkout is behind it: what was not changed here is left alone, and what was edited is merged first. A version that somebody made
 * on top of HEAD on a line of his own is none of this line's.
 */
async function judgeBehind(repo: Repo, head: string, left: readonly Open[], ask: boolean): Promise<Judged[]> {
  const newest = left.map((one) => one.newest);
  const later = await descendants(repo, head, newest);
  const line = await lineOf(repo, head, newest, later, ask);
  const bases = await baseDigests(repo, head, left);
  return left.map((one, i): Judged => {
    const isLater = later.has(one.newest.commit);
    const isOurs = has(line, one.newest) || (isLater && !line.isWhole);
    if (isOurs && one.content.digest === bases[i]) return leftAlone(one, isLater, line);
    if (isLater && mustMerge(line, one.newest)) throw behind(one, line);
    return apart(one);
  });
}

function leftAlone({ content, newest }: Open, isLater: boolean, line: Line): Judged {
  const where = isLater ? "which comes after this commit" : "which is not in this branch";
  const lack = has(line, newest) || line.lack === undefined ? "" : ` (${line.lack})`;
  const note = `${newest.version} was published from ${short(newest.commit)}, ${where}; nothing was changed here${lack}`;
  return { content, is: "skipped", version: newest, note };
}

/** On a branch of one's own a version beside the default branch's is what is meant: a hotfix of an older one. */
function mustMerge({ isTrunk, isDetached, pulled, trunk, own }: Line, newest: VersionTag): boolean {
  return pulled.has(newest) || (isTrunk && trunk.has(newest)) || (!isDetached && own.has(newest));
}

/** Each artifact as it was where this branch and that of its newest version parted; one process for each commit that is not in this branch. */
async function baseDigests(repo: Repo, head: string, left: readonly Open[]): Promise<(string | null)[]> {
  const commits = [...new Set(left.map(({ newest }) => newest.commit))];
  const bases = new Map<string, string>();
  for (const commit of commits) {
    const found = await repo.git(["merge-base", head, commit]);
    if (found.exitCode === 0) bases.set(commit, found.stdout.trim());
  }
  const asked = left.filter(({ newest }) => bases.has(newest.commit));
  const states = asked.map(({ content: { kind, name }, newest }) => ({ kind, name, prefix: repo.prefix, commit: bases.get(newest.commit) ?? "" })); // prettier-ignore
  const digests = await digestsAt(repo, states);
  return left.map((one) => digests[asked.indexOf(one)] ?? null);
}

function apart(one: Open): Judged {
  const { content, newest } = one;
  const note = `it was not made from ${newest.version} (commit ${short(newest.commit)} is not in this branch): what that changed may be missing`;
  return { content, is: "changed", note };
}

function behind(one: Open, { isTrunk, pulled, own }: Line): AgentopsError {
  const pull = pulled.has(one.newest);
  const merge = `${pull ? "git pull" : `git merge ${one.newest.tag}`}, then publish again`;
  // Never over the branch of others.
  const isOwn = pull && own.has(one.newest) && !isTrunk;
  const replaced = isOwn ? "; where this replaces it: git push --force-with-lease first" : "";
  const beside = isTrunk ? "; for a version beside it, a hotfix: git switch -c BRANCH first" : "";
  return new AgentopsError("CONCURRENT_CHANGE", `${refOf(one)} was published from a later commit than this`, {
    hint: `${merge}${replaced}${beside}`,
  });
}

function refOf({ content, newest }: Open): string {
  return `${content.address}@${newest.version}`;
}

function short(commit: string): string {
  return commit.slice(0, 10);
}
