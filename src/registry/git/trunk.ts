import { must } from "./git.ts";
import { type Repo, resolveCommit } from "./repo.ts";

/** The branch that everybody works from, where this clone has it. */
export interface Trunk {
  /** `main`, as people say it; `HEAD` where no such branch is known here. */
  name: string;
  /** Its head on the remote and here, or one of them: a version's commit may not be pushed yet, as its tag is. */
  tips: string[];
  /** A branch of that name is known; false for what is checked out. */
  isDefault: boolean;
  /** The remote's is known here. */
  fetched: boolean;
  /** In full, the remote's before the local one; null for what is checked out. */
  ref: string | null;
  /** The remote's HEAD says so, and not only a name that such branches have. */
  told: boolean;
}

interface Head {
  ref: string;
  commit: string;
  symref: string;
}

const NAMES = ["main", "master"];

/** The remote's default branch and the local one of that name, else `main` or `master`, else what is checked out; null before the first commit. */
export async function trunkOf(repo: Repo): Promise<Trunk | null> {
  const heads = await headsOf(repo, ["refs/remotes/*/HEAD", ...NAMES.map((name) => `refs/remotes/*/${name}`), ...NAMES.map((name) => `refs/heads/${name}`)]); // prettier-ignore
  const remote = remoteHead(heads);
  const name = remote?.name ?? NAMES.find((one) => heads.some(({ ref }) => ref === `refs/heads/${one}`));
  if (name === undefined) {
    const head = await resolveCommit(repo, "HEAD");
    return head === null
      ? null
      : { name: "HEAD", tips: [head], isDefault: false, fetched: false, ref: null, told: false };
  }
  const local = NAMES.includes(name) ? heads : await headsOf(repo, [`refs/heads/${name}`]);
  const here = local.find(({ ref }) => ref === `refs/heads/${name}`)?.commit;
  const tips = [...new Set([remote?.commit, here].filter((commit) => commit !== undefined))];
  const ref = remote?.ref ?? `refs/heads/${name}`;
  return { name, tips, isDefault: true, fetched: remote !== null, ref, told: remote?.told === true };
}

/** What `origin`, or the only remote that has one, calls its default branch; else its `main` or `master`. */
function remoteHead(heads: readonly Head[]): (Head & { name: string; told: boolean }) | null {
  const remotes = [...new Set(heads.map(({ ref }) => /^refs\/remotes\/(.+)\/[^/]+$/.exec(ref)?.[1]))];
  const known = remotes.filter((remote) => remote !== undefined);
  const remote = known.includes("origin") ? "origin" : known.length === 1 ? known[0] : undefined;
  if (remote === undefined) return null;
  const under = `refs/remotes/${remote}/`;
  const found = ["HEAD", ...NAMES].map((name) => heads.find(({ ref }) => ref === `${under}${name}`)).find(Boolean);
  if (found === undefined) return null;
  const ref = found.symref || found.ref;
  return { ...found, ref, name: ref.slice(under.length), told: found.ref === `${under}HEAD` };
}

async function headsOf(repo: Repo, patterns: readonly string[]): Promise<Head[]> {
  const said = await must(repo.git, ["for-each-ref", "--format=%(objectname) %(refname) %(symref)", ...patterns]);
  const lines = said.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [commit = "", ref = "", symref = ""] = line.split(" ");
    return { ref, commit, symref };
  });
}
