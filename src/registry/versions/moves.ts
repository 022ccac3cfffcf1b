import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { addressOf, pathsOf } from "../files.ts";
import { blobsAt } from "../git/blobs-at.ts";
import { must } from "../git/git.ts";
import { type Repo, resolveCommit } from "../git/repo.ts";
import type { Address } from "../resolve.ts";
import { descendants } from "./contained.ts";
import { type Move, movesIn, pairUp } from "./pairs.ts";
import type { VersionTag } from "./versions.ts";

/**
 * Those of some versions that belong to this project. Two projects of a monorepo may both have `prompts/triage`: a version whose recorded
 * file is elsewhere is ours only where git says that the file moved from there to here. That the other file is gone says nothing: its
 * project may be retired, outside of a sparse checkout's cone, or not on this branch.
 */
export async function ownAmong(repo: Repo, versions: readonly VersionTag[]): Promise<VersionTag[]> {
  const elsewhere = versions.filter((one) => !isHere(repo, one) && !existsSync(join(repo.top, pathOf(one))));
  if (elsewhere.length === 0) return versions.filter((one) => isHere(repo, one));
  const moved = await movedHere(repo, elsewhere);
  return versions.filter((one) => isHere(repo, one) || moved.has(one));
}

/** Whether it was published from this project's place. */
export function isHere({ prefix }: Repo, { path, kind }: Pick<VersionTag, "path" | "kind">): boolean {
  return path === null || path.startsWith(`${prefix}${kind}/`);
}

function pathOf({ path }: VersionTag): string {
  return path ?? "";
}

async function movedHere(repo: Repo, versions: readonly VersionTag[]): Promise<Set<VersionTag>> {
  const head = await resolveCommit(repo, "HEAD");
  if (head === null) return new Set();
  const at = (path: string) => versions.filter((one) => pathOf(one) === path);
  const moving = await movingNow(repo, versions);
  const own = new Set(moving.flatMap(at));
  const starts = [...oursOf(repo, versions), ...moving].map((path) => ({ path, rev: head }));
  const moves = await movesTo(repo, starts);
  for (const { from, commit } of moves.filter(({ isClear }) => isClear)) {
    const left = from.flatMap(at).filter((one) => !own.has(one));
    // Whoever published there when our file had left was another project.
    const later = left.length === 0 ? new Set<string>() : await descendants(repo, commit, left);
    for (const one of left) if (!later.has(one.commit)) own.add(one);
  }
  return own;
}

/** The moves by which some versions may have become this project's, and that nothing tells. */
export async function unclearMoves(repo: Repo, versions: readonly VersionTag[]): Promise<Move[]> {
  const head = await resolveCommit(repo, "HEAD");
  if (head === null) return [];
  const starts = oursOf(repo, versions).map((path) => ({ path, rev: head }));
  return (await movesTo(repo, starts)).filter(({ isClear }) => !isClear);
}

/** Where the artifacts of these versions are now. */
function oursOf(repo: Repo, versions: readonly VersionTag[]): string[] {
  const addresses = new Map(versions.map((one) => [addressOf(one.kind, one.name), one]));
  return [...addresses.values()].flatMap((one) => herePaths(repo, one));
}

function herePaths({ prefix }: Repo, { kind, name }: Address): string[] {
  return pathsOf(kind, name).map((path) => `${prefix}${path}`);
}

/** Recorded paths of files that were moved here and not committed yet: the commit has the old one alone, the worktree no longer. */
async function movingNow(repo: Repo, versions: readonly VersionTag[]): Promise<string[]> {
  const atHead = async (paths: readonly string[]) => {
    const blobs = await blobsAt(repo, paths.map((path) => ({ commit: "HEAD", path }))); // prettier-ignore
    return new Set(paths.filter((_, i) => blobs[i] !== null));
  };
  const committed = await atHead([...new Set([...versions.map(pathOf), ...oursOf(repo, versions)])]);
  const left = versions.filter(
    (one) => committed.has(pathOf(one)) && !herePaths(repo, one).some((path) => committed.has(path)),
  );
  const here = left.filter((one) => herePaths(repo, one).some((path) => existsSync(join(repo.top, path))));
  const paths = [...new Set(here.map(pathOf))];
  if (paths.length === 0) return [];
  const listed = await must(repo.git, ["ls-files", "-t", "-z", "--full-name", "--", ...fromHere(repo, paths)]);
  const notCheckedOut = new Set(listed.split("\0").filter((line) => line.startsWith("S ")).map((line) => line.slice(2))); // prettier-ignore
  const gone = paths.filter((path) => !notCheckedOut.has(path));
  const pairs = await pairsByText(repo, gone, await newFiles(repo, here));
  const ours = oursOf(repo, here).flatMap((path) => pairs.get(path) ?? []);
  return ours.filter(({ isClear }) => isClear).flatMap(({ from }) => [...from]);
}

/** A new file with the text of one that is gone is that one; the others were edited as well. */
async function pairsByText(repo: Repo, gone: readonly string[], fresh: readonly string[]) {
  const texts = await textsOf(repo, gone, fresh);
  const alike = fresh.filter((path) => gone.some((old) => texts.get(old) === texts.get(path)));
  const found = [...new Set(alike.map((path) => texts.get(path)))].flatMap((text) => {
    const isOfIt = (path: string) => texts.get(path) === text;
    return [...pairUp(gone.filter(isOfIt), alike.filter(isOfIt))];
  });
  const paired = new Set(found.flatMap(([, { from }]) => [...from]));
  const rest = pairUp(gone.filter((path) => !paired.has(path)), fresh.filter((path) => !alike.includes(path))); // prettier-ignore
  return new Map([...found, ...rest]);
}

/** Names of the texts that HEAD has of some files, and the worktree of others. */
async function textsOf(repo: Repo, gone: readonly string[], fresh: readonly string[]): Promise<Map<string, string>> {
  const before = await blobsAt(repo, gone.map((path) => ({ commit: "HEAD", path }))); // prettier-ignore
  const input = fresh.map((path) => `${join(repo.top, path)}\n`).join(""); // prettier-ignore
  const after = fresh.length === 0 ? [] : (await must(repo.git, ["hash-object", "--stdin-paths"], { input })).split("\n"); // prettier-ignore
  return new Map([
    ...gone.map((path, i) => [path, before[i] ?? ""] as const),
    ...fresh.map((path, i) => [path, after[i] ?? ""] as const),
  ]);
}

/** Files of these names, anywhere in the repository, that are not committed. */
async function newFiles(repo: Repo, versions: readonly VersionTag[]): Promise<string[]> {
  const names = [...new Set(versions.flatMap(({ kind, name }) => pathsOf(kind, name)))];
  const patterns = names.map((path) => `:(top,glob)**/${path}`);
  const args = ["ls-files", "-z", "--full-name", "--cached", "--others", "--exclude-standard", "--", ...patterns];
  const there = [...new Set((await must(repo.git, args)).split("\0").filter((path) => path !== ""))];
  const blobs = await blobsAt(repo, there.map((path) => ({ commit: "HEAD", path }))); // prettier-ignore
  return there.filter((path, i) => blobs[i] === null && existsSync(join(repo.top, path)));
}

interface Place {
  path: string;
  /** The file came to its place in this commit's history. */
  rev: string;
}

/** So often a file is followed from place to place, and so many places at once. */
const MOST_STEPS = 12;

/** Every move by which files came to some places, at once or by way of other places. */
async function movesTo(repo: Repo, starts: readonly Place[]): Promise<Move[]> {
  const found: Move[] = [];
  const seen = new Set<string>();
  let places = starts;
  for (let step = 0; step < MOST_STEPS && places.length > 0; step++) {
    const revs = [...new Set(places.map(({ rev }) => rev))].slice(0, MOST_STEPS);
    const moves = (await Promise.all(revs.map((rev) => lastMoves(repo, rev, placesAt(places, rev))))).flat();
    const fresh = moves.filter(({ from, commit }) => !seen.has(`${commit} ${from.join("\0")}`));
    for (const { from, commit } of fresh) seen.add(`${commit} ${from.join("\0")}`);
    found.push(...fresh);
    const clear = fresh.filter(({ isClear }) => isClear);
    places = clear.flatMap(({ from, commit }) => from.map((path) => ({ path, rev: commit })));
  }
  return found;
}

function placesAt(places: readonly Place[], rev: string): string[] {
  return places.filter((one) => one.rev === rev).map(({ path }) => path);
}

/** A person's settings that would add lines, or follow a file by themselves. */
const PLAIN_LOG = ["log.showSignature=false", "log.follow=false", "log.diffMerges=off"];

/** A copy is no move: git pairs a new file with one that the same commit deleted. */
async function lastMoves(repo: Repo, rev: string, paths: readonly string[]): Promise<Move[]> {
  const added = ["log", "--full-history", "--no-renames", "--diff-filter=A", "--format=%H", rev, "--"];
  const commits = await must(repo.git, [...added, ...fromHere(repo, paths)], { config: PLAIN_LOG });
  if (commits === "") return [];
  const renames = ["diff-tree", "--stdin", "-r", "-z", "-M", "--raw", "--no-abbrev", "--diff-filter=RAD"];
  return movesIn(await must(repo.git, renames, { input: commits }), paths);
}

/** As git takes paths in the project's folder. */
function fromHere({ prefix }: Repo, paths: readonly string[]): string[] {
  return paths.map((path) => posix.relative(prefix, path));
}
