import { must } from "./git.ts";
import { type Repo, resolveCommit } from "./repo.ts";

/** What a name that somebody typed, or a CI system said, is here. */
export interface Revision {
  /** Null where there is no such commit. */
  commit: string | null;
  /** The ref it means, in full; null for a commit's own name, `HEAD` and the like. */
  ref: string | null;
  /** Other refs that go by the same name, in full. */
  others: string[];
}

/** What git takes before any ref of that name: a commit's whole name, `HEAD`, a ref in full. */
const EXACT = /^(?:[0-9a-f]{40}|[0-9a-f]{64}|@|[A-Z_]*HEAD|refs\/.+)$/;

/**
 * The commit a revision names. git's own rule takes a tag before a branch, and either before a remote's branch: whoever may push a tag
 * `origin/main` would choose what everybody is compared with. So a name that begins with a remote's is that remote's branch and nothing
 * else, and any other one is a branch before it is a tag; a full ref, a commit and what only git can read (`v1-3-gabc`, `:/text`) are as they are.
 */
export async function revisionOf(repo: Repo, rev: string): Promise<Revision> {
  const at = rev.search(/[~^:]|@\{/);
  const [name, rest] = at < 0 ? [rev, ""] : [rev.slice(0, at), rev.slice(at)];
  if (name === "" || rest.startsWith(":") || EXACT.test(name)) return asGitReads(repo, rev);
  const [ref, ...others] = await refsCalled(repo, name);
  if (ref === undefined) return asGitReads(repo, rev);
  const remotes = `refs/remotes/${name}`;
  if (!ref.startsWith("refs/remotes/") && (await isRemotes(repo, name)))
    return { commit: null, ref: remotes, others: [ref, ...others] };
  // `main@{upstream}` is about the branch by its short name.
  const commit = (await resolveCommit(repo, ref + rest)) ?? (await resolveCommit(repo, rev));
  return { commit, ref, others };
}

async function asGitReads(repo: Repo, rev: string): Promise<Revision> {
  return { commit: await resolveCommit(repo, rev), ref: null, others: [] };
}

/** The refs a short name may mean, the one that is meant first. */
async function refsCalled(repo: Repo, name: string): Promise<string[]> {
  const places = ["refs/remotes/", "refs/heads/", "refs/tags/"];
  const names = [
    ...(/^(?:remotes|heads|tags)\//.test(name) ? [`refs/${name}`] : []),
    ...places.map((place) => place + name),
    // `origin` is what its HEAD is.
    `refs/remotes/${name}/HEAD`,
  ];
  const listed = await repo.git(["for-each-ref", "--format=%(refname)", ...names]);
  const found = new Set(listed.stdout.split("\n"));
  return names.filter((one) => found.has(one));
}

async function isRemotes(repo: Repo, name: string): Promise<boolean> {
  if (!name.includes("/")) return false;
  const remotes = (await must(repo.git, ["remote"])).split("\n").filter((remote) => remote !== "");
  return remotes.some((remote) => name.startsWith(`${remote}/`));
}
