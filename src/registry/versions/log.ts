import type { Project } from "../../core/project.ts";
import { parseRef } from "../../core/refs.ts";
import { addressOf, KINDS } from "../files.ts";
import { needRepo, remoteOf, type Repo } from "../git/repo.ts";
import { trunkOf } from "../git/trunk.ts";
import { worktreeSource } from "../source.ts";
import { type Address, addressIn, notFound } from "../resolve.ts";
import { ancestorsOf, containedIn } from "./contained.ts";
import { digestsAt } from "./digests.ts";
import { refetch } from "./latest.ts";
import { isHere } from "./moves.ts";
import { whoseTheyAre } from "./foreign.ts";
import { noTrunkNote } from "./no-trunk.ts";
import { fetchCommand, tagsOfRef } from "./version-ref.ts";
import { prefixOf, type VersionTag } from "./versions.ts";

/** One published version, as `agentops log` shows it. */
export interface VersionEntry {
  /** `v7`. */
  version: string;
  number: number;
  commit: string;
  /** `prompts/NAME/v7`. */
  tag: string;
  /** `sha256:…` recorded in the tag. */
  digest: string | null;
  /** Its commit has that content; null where that was not looked at. */
  verifies: boolean | null;
  /** The default branch has it; null where that cannot be told, or was not looked at. */
  merged: boolean | null;
  /** Where its file was, when that was not in this project's folder; relative to the repository's top. */
  movedFrom: string | null;
  /** ISO-8601, UTC. */
  at: string;
  author: string;
  message: string;
  /** Carries a signature; whether it is good says `verify`. */
  signed: boolean;
}

export interface VersionLog {
  /** The default branch, as people call it; null before the first commit. */
  branch: string | null;
  versions: VersionEntry[];
  /** What may be missing in it, and what looks like a version and is none. */
  notes: string[];
}

/**
 * The published versions of an artifact, newest first; empty when it exists but no version is known here. `name` is NAME,
 * `prompts/NAME` or `agents/NAME`. Throws ARTIFACT_NOT_FOUND, REF_INVALID, GIT_FAILED.
 */
export async function logVersions(project: Project, name: string): Promise<VersionEntry[]> {
  return (await versionLog(project, name)).versions;
}

/** The same with what there is to be said of it. */
export async function versionLog(project: Project, name: string): Promise<VersionLog> {
  const repo = await needRepo(project);
  const address = await addressOfName(project, repo, name);
  const { own, stray, foreign } = await tagsOfRef(repo, { ...address, point: { type: "worktree" } });
  const trunk = await trunkOf(repo);
  const [merged, verified] = await Promise.all([mergedAmong(repo, trunk?.tips ?? [], own), verifiedAmong(repo, own)]);
  return {
    branch: trunk?.name ?? null,
    versions: own.map((tag, i) => entry(repo, tag, { merged: merged[i] ?? null, verifies: verified[i] ?? null })),
    notes: [
      ...(own.length === 0 ? await unknownHere(repo, addressOf(address.kind, address.name), foreign) : []),
      ...(await noTrunkNote(repo, trunk, own)),
      ...(await strayNotes(repo, stray)),
    ],
  };
}

/** A deleted artifact still has its history, so tags are asked when the worktree has no file. */
async function addressOfName(project: Project, repo: Repo, name: string): Promise<Address> {
  const ref = parseRef(name);
  const source = worktreeSource(project);
  const files = (await Promise.all(KINDS.map((kind) => source.list(kind)))).flat();
  if (files.some((f) => f.name === ref.name && (ref.kind ?? f.kind) === f.kind)) return addressIn(source, ref);
  const { own } = await tagsOfRef(repo, ref);
  if (own[0] === undefined) throw await notFound(source, ref);
  return own[0];
}

/** Commits of so many versions are looked for in the history, and the content of so many is read: the newest. */
const MOST_WALKS = 25;
const MOST_READ = 100;

async function mergedAmong(
  repo: Repo,
  tips: readonly string[],
  own: readonly VersionTag[],
): Promise<(boolean | null)[]> {
  if (tips.length === 0) return own.map(() => null);
  const merged = await ancestorsOf(repo, tips, own);
  const rest = own.filter((version) => !merged.has(version)).slice(0, MOST_WALKS);
  const landed = rest.length === 0 ? new Set<VersionTag>() : await containedIn(repo, tips, rest);
  const elsewhere = new Set(repo.shallow ? [] : rest.filter((version) => !landed.has(version)));
  return own.map((version) => (elsewhere.has(version) ? false : merged.has(version) || landed.has(version) || null));
}

async function verifiedAmong(repo: Repo, own: readonly VersionTag[]): Promise<boolean[]> {
  const read = own.slice(0, MOST_READ);
  const states = read.map((version) => ({ kind: version.kind, name: version.name, commit: version.commit, prefix: prefixOf(repo, version) })); // prettier-ignore
  const digests = await digestsAt(repo, states);
  return read.map(({ digest }, i) => digests[i] === digest);
}

/** That a clone knows no version does not say that there is none; those of other projects are named. */
export async function unknownHere(repo: Repo, what: string, foreign: readonly VersionTag[]): Promise<string[]> {
  const whose = [...(await whoseTheyAre(repo, foreign))];
  if (whose.length > 0) {
    const more = whose.length > MOST_NAMED ? [`${whose.length - MOST_NAMED} more have versions of other projects alone`] : []; // prettier-ignore
    return [...whose.slice(0, MOST_NAMED).map(([address, they]) => `${address} has no version in this project: ${they}`), ...more]; // prettier-ignore
  }
  const fetch = await fetchCommand(repo);
  if (fetch === null) return [];
  const why = repo.shallow ? " (the clone is shallow)" : "; if one was published elsewhere";
  return [`no version of ${what} is known here${why}: ${fetch}`];
}

/** So many are named. */
const MOST_NAMED = 3;

async function strayNotes(repo: Repo, stray: readonly VersionTag[]): Promise<string[]> {
  const remote = stray.some(({ annotated, commit }) => !annotated && commit !== "") ? await remoteOf(repo) : null;
  const named = stray.slice(0, MOST_NAMED).map(({ tag, stray: why, annotated, commit }) => {
    const way = remote === null || annotated || commit === "" ? "" : ` (${refetch(remote)} brings the remote's)`;
    return `tag ${tag} is no version: ${why ?? ""}${way}`;
  });
  const more = stray.length - MOST_NAMED;
  return more > 0 ? [...named, `${more} more tags under that name are no versions`] : named;
}

function entry(repo: Repo, tag: VersionTag, seen: Pick<VersionEntry, "merged" | "verifies">): VersionEntry {
  const { version, number, commit, digest, at, author, message, signed } = tag;
  const movedFrom = isHere(repo, tag) ? null : tag.path;
  return { version, number, commit, tag: tag.tag, digest, ...seen, movedFrom, at, author, message, signed };
}
