import { posix } from "node:path";
import { pathsOf } from "../files.ts";
import { must } from "../git/git.ts";
import { readObjects, textOf } from "../git/objects.ts";
import type { Repo } from "../git/repo.ts";
import { digestsAt, type StateAt } from "./digests.ts";
import { prefixOf, type VersionTag } from "./versions.ts";

/**
 * Those of some versions that the history of some commits has: their own commits, or their content where a squash, a
 * rebase or an amend made other commits of them: a walk for each commit that is not in the history. In a shallow clone only what is among them is certain.
 */
export async function containedIn(
  repo: Repo,
  tips: readonly string[],
  versions: readonly VersionTag[],
  mostWalks = Infinity,
): Promise<Set<VersionTag>> {
  const known = await ancestorsOf(repo, tips, versions);
  const rest = versions.filter((version) => !known.has(version));
  // Most often nothing followed the squash merge.
  for (const version of await withContent(repo, tips, rest)) known.add(version);
  const gone = rest.filter((version) => !known.has(version));
  const links = await linkedPaths(repo, gone);
  for (const commit of [...new Set(gone.map((version) => version.commit))].slice(0, mostWalks)) {
    const made = gone.filter((version) => version.commit === commit);
    for (const version of await landed(repo, tips, { commit, versions: made, links })) known.add(version);
  }
  return known;
}

/** Those whose own commit is in the history; one process for all. */
export async function ancestorsOf(
  repo: Repo,
  tips: readonly string[],
  versions: readonly VersionTag[],
): Promise<Set<VersionTag>> {
  if (versions.length === 0) return new Set();
  const revs = [...tips.map((tip) => `^${tip}`), ...new Set(versions.map(({ commit }) => commit))];
  const outside = new Set(
    (await must(repo.git, ["rev-list", "--stdin"], { input: `${revs.join("\n")}\n` })).split("\n"),
  );
  return new Set(versions.filter(({ commit }) => !outside.has(commit)));
}

/** The commits of some versions that have a commit in their history. */
export async function descendants(repo: Repo, commit: string, versions: readonly VersionTag[]): Promise<Set<string>> {
  const input = [`^${commit}`, ...new Set(versions.map((one) => one.commit))].join("\n");
  const said = await must(repo.git, ["rev-list", "--ancestry-path", "--stdin"], { input: `${input}\n` });
  return new Set(said.split("\n"));
}

/**
 * Those of one commit whose content came into the history in a commit that they were not made on: content that was there before them
 * (somebody went back to it on a branch) is no sign of a merge.
 */
async function landed(
  repo: Repo,
  tips: readonly string[],
  { commit, versions, links }: { commit: string; versions: readonly VersionTag[]; links: Links },
): Promise<VersionTag[]> {
  const paths = [
    ...new Set(versions.flatMap((version) => [...pathsTouched(repo, version), ...(links.get(version) ?? [])])),
  ];
  const args = ["rev-list", "--full-history", ...tips, `^${commit}`, "--", ...paths];
  const commits = (await must(repo.git, args)).split("\n").filter((line) => line !== "");
  return withContent(repo, commits, versions);
}

async function withContent(repo: Repo, commits: readonly string[], versions: readonly VersionTag[]) {
  const asked = versions.flatMap((version) =>
    placesOf(repo, version).flatMap((prefix) => commits.map((commit) => ({ version, commit, prefix }))),
  );
  const states: StateAt[] = asked.map(({ version: { kind, name }, commit, prefix }) => ({
    kind,
    name,
    commit,
    prefix,
  }));
  const digests = await digestsAt(repo, states);
  return [...new Set(asked.filter(({ version }, i) => digests[i] === version.digest).map(({ version }) => version))];
}

/** Where the artifact is, and where it was. */
function placesOf(repo: Repo, version: VersionTag): string[] {
  return [...new Set([repo.prefix, prefixOf(repo, version)])];
}

/** An agent changes with its prompt, whichever that was then. */
function pathsTouched(repo: Repo, version: VersionTag): string[] {
  const own = [...pathsOf(version.kind, version.name), ...(version.kind === "agents" ? ["prompts"] : [])];
  return placesOf(repo, version).flatMap((prefix) => own.map((path) => posix.relative(repo.prefix, prefix + path)));
}

type Links = ReadonlyMap<VersionTag, string[]>;

/** A link may lead to a link. */
const MOST_LINKS = 5;

/** What the files of some versions lead to, where they are links: those stay as they are when the text changes. */
async function linkedPaths(repo: Repo, versions: readonly VersionTag[]): Promise<Links> {
  const links = new Map<VersionTag, string[]>();
  let open = versions.flatMap((version) => (version.path === null ? [] : [{ version, path: version.path }]));
  for (let step = 0; step < MOST_LINKS && open.length > 0; step++) {
    const names = open.map(({ version, path }) => `${version.commit}:${path}`);
    const [files, texts] = await Promise.all([readObjects(repo, names), readObjects(repo, names, { followed: true })]);
    open = open.flatMap(({ version, path }, i) => {
      const [file, text] = [files[i], texts[i]];
      if (file?.type !== "blob" || text == null || file.id === text.id) return [];
      const to = posix.join(posix.dirname(path), textOf(file.bytes));
      links.set(version, [...(links.get(version) ?? []), posix.relative(repo.prefix, to)]);
      return [{ version, path: to }];
    });
  }
  return links;
}
