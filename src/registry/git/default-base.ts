import { type ChosenBase, fetchOf, notFound, otherBase } from "./base.ts";
import { must } from "./git.ts";
import { currentBranch, remotesOf, type Repo } from "./repo.ts";

/** A remote that has a branch, or a HEAD, here. */
interface Remote {
  name: string;
  /** Without the remote's name, and without HEAD; empty for a ref that has no more than that name, as `git svn` makes. */
  branches: string[];
  /** What its HEAD names, in full, there or not; its HEAD itself where that is a commit; null without one. */
  head: string | null;
}

const NAMES = ["main", "master"];

/**
 * The base where nobody names one: what the remote calls its default branch, else its `main` or `master`. A local branch is taken only where
 * there is no remote: it may be ahead of the remote's, and what it is ahead by would not be judged. Throws VERSION_NOT_FOUND with what is here.
 */
export async function defaultBase(repo: Repo): Promise<ChosenBase> {
  const [configured, refs] = [await remotesOf(repo), await refsIn(repo)];
  const remotes = await remotesHere(repo, configured, refs);
  if (remotes.length > 0) return baseOn(repo, await chosenOf(repo, remotes), refs);
  const [first] = configured;
  if (first !== undefined) {
    const fetch = configured.length > 1 ? "git fetch --all" : await fetchOf(repo, `${first}/main`);
    const message = `no --base, and no branch of ${configured.join(" or ")} is here`;
    throw notFound(message, `${fetch}, or ${await otherBase(repo)}`);
  }
  const local = NAMES.find((name) => refs.includes(`refs/heads/${name}`));
  if (local !== undefined) return { ref: local, by: "local-branch" };
  throw notFound(
    "no --base, and no default branch is here: looked for main and master",
    (await localBases(repo, refs)) ?? (await otherBase(repo)),
  );
}

async function baseOn(repo: Repo, remote: Remote, refs: readonly string[]): Promise<ChosenBase> {
  const { name, head, branches } = remote;
  const under = `refs/remotes/${name}/`;
  if (head !== null) {
    if (head.startsWith(under) && refs.includes(head)) return { ref: short(head), by: "remote-head" };
    const why = head.startsWith(under) ? "not here" : `no branch of ${name}`;
    const fetch = head.startsWith(under) ? await fetchOf(repo, short(head)) : "";
    const ways = [fetch, await setHead(repo, name), await remoteBases(repo, [remote])].filter((way) => way !== "");
    throw notFound(`no --base, and ${name}/HEAD names ${short(head)}, which is ${why}`, ways.join(", or "));
  }
  const known = NAMES.find((one) => branches.includes(one));
  if (known !== undefined) return { ref: `${name}/${known}`, by: "remote-branch" };
  throw notFound(
    `no --base, and no default branch is here: looked for ${name}/HEAD, ${name}/main and ${name}/master`,
    [await tellHead(repo, name), await remoteBases(repo, [remote])].filter((way) => way !== "").join(", or "),
  );
}

/**
 * The one that has a HEAD; of several the one that the branch here and the local `main` follow, else `origin`. Where these two follow one
 * each, either may be a fork, whose `main` may have what is to be judged.
 */
async function chosenOf(repo: Repo, remotes: readonly Remote[]): Promise<Remote> {
  const told = remotes.filter(({ head }) => head !== null);
  const pool = told.length > 0 ? told : remotes;
  const [only] = pool;
  if (only !== undefined && pool.length === 1) return only;
  const branches = new Set([await currentBranch(repo), ...NAMES].filter((name) => name !== null));
  const followed = new Set<string>();
  for (const branch of branches) {
    const { exitCode, stdout } = await repo.git(["config", "--get", `branch.${branch}.remote`]);
    if (exitCode === 0) followed.add(stdout.trim());
  }
  const able = pool.filter(({ name }) => followed.has(name));
  const [chosen] = able.length > 0 ? able : pool.filter(({ name }) => name === "origin");
  if (chosen !== undefined && able.length < 2) return chosen;
  const names = pool.map(({ name }) => name).join(", ");
  const why =
    able.length > 0
      ? "the branch here and a local main or master follow one each"
      : "neither the branch here nor a local main or master follows one of them";
  throw notFound(
    `no --base, and several remotes may have the default branch (${names}): ${why}`,
    await remoteBases(repo, pool),
  );
}

async function refsIn(repo: Repo): Promise<string[]> {
  const listed = await must(repo.git, ["for-each-ref", "--format=%(refname)", "refs/remotes", "refs/heads"]);
  return listed.split("\n").filter((line) => line !== "");
}

/** Also such as are not configured: a CI system may fetch an address into `refs/remotes/origin/`. */
async function remotesHere(repo: Repo, configured: readonly string[], refs: readonly string[]): Promise<Remote[]> {
  const fetched = refs.filter((ref) => ref.startsWith("refs/remotes/")).map(short);
  const longest = configured.toSorted((a, b) => b.length - a.length);
  const names = new Set(configured);
  const branches = new Map<string, string[]>();
  for (const ref of fetched) {
    const name = longest.find((one) => ref.startsWith(`${one}/`)) ?? ref.replace(/\/.*$/s, "");
    names.add(name);
    branches.set(name, [...(branches.get(name) ?? []), ref.slice(name.length + 1)]);
  }
  const all: Remote[] = [];
  for (const name of names) {
    const own = branches.get(name) ?? [];
    const head = `refs/remotes/${name}/HEAD`;
    // No list of refs has a HEAD that names what is not here.
    const named = await repo.git(["symbolic-ref", "--quiet", head]);
    const itself = own.includes("HEAD") ? head : null;
    all.push({
      name,
      branches: own.filter((one) => one !== "HEAD"),
      head: named.exitCode === 0 ? named.stdout.trim() : itself,
    });
  }
  return all.filter((remote) => remote.branches.length > 0 || remote.head !== null);
}

/** `set-head` fails where the default branch itself was not fetched, as in a clone of one other branch. */
async function tellHead(repo: Repo, remote: string): Promise<string> {
  const fetch = await fetchOf(repo, `${remote}/main`);
  return fetch === `git fetch ${remote}` ? setHead(repo, remote) : fetch;
}

/** Empty for a remote that is not configured: nothing can be asked of it. */
async function setHead(repo: Repo, remote: string): Promise<string> {
  return (await remotesOf(repo)).includes(remote) ? `git remote set-head ${remote} --auto` : "";
}

/** A few branches that one may have been made from: not what is checked out, as it was pushed. */
async function remoteBases(repo: Repo, remotes: readonly Remote[]): Promise<string> {
  const here = await currentBranch(repo);
  const named = remotes.map(({ name, head, branches }) => {
    const first = [head?.slice(`refs/remotes/${name}/`.length), ...NAMES].filter((one) => one !== undefined);
    const sorted = [...new Set([...first.filter((one) => branches.includes(one)), ...branches])];
    return sorted
      .filter((one) => one !== here || NAMES.includes(one))
      .map((one) => (one === "" ? name : `${name}/${one}`));
  });
  // Of several remotes one each.
  const some = remotes.length > 1 ? named.flatMap((names) => names.slice(0, 1)) : named.flat();
  return some.length === 0 ? otherBase(repo) : nameIt(some);
}

async function localBases(repo: Repo, refs: readonly string[]): Promise<string | null> {
  const here = await currentBranch(repo);
  const names = refs.filter((ref) => ref.startsWith("refs/heads/")).map(short);
  const others = names.filter((name) => name !== here);
  return others.length === 0 ? null : nameIt(others);
}

function nameIt(bases: readonly string[]): string {
  const some = bases.slice(0, 3).map((base) => `--base ${base}`);
  return `name it: ${some.join(" or ")}`;
}

function short(ref: string): string {
  return ref.replace(/^refs\/(?:remotes|heads)\//, "");
}
