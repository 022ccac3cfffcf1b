import { AgentopsError } from "../../core/errors.ts";
import type { Problem } from "../../core/problems.ts";
import type { Project } from "../../core/project.ts";
import type { ArtifactKind } from "../../core/refs.ts";
import type { ArtifactFile } from "../files.ts";
import { addressOf, KINDS } from "../files.ts";
import { must } from "../git/git.ts";
import { type ArtifactContent, readArtifact } from "../read.ts";
import { knownOr, noVersions, repoForReading, type Repo } from "../git/repo.ts";
import { trunkOf } from "../git/trunk.ts";
import { type Source, worktreeSource } from "../source.ts";
import { tagsUntil, versionsOf } from "./own.ts";
import { ancestorsOf, containedIn } from "./contained.ts";
import { unknownHere } from "./log.ts";
import { noTrunkNote } from "./no-trunk.ts";
import { byAddress, type VersionTag } from "./versions.ts";

/** One row of `agentops list`. */
export interface ListedArtifact {
  kind: ArtifactKind;
  name: string;
  /** `prompts/NAME` or `agents/NAME`. */
  address: string;
  /** The model pin in force. */
  model: string | null;
  /** An agent's team, or a prompt's owner. */
  owner: string | null;
  /** The newest version with the worktree's content; null when the worktree is ahead of all of them. */
  version: string | null;
  /** The newest version that the default branch has: what `promote NAME` takes. In a shallow clone, which cannot tell, the newest. */
  latest: string | null;
  /** The newest version, on whatever branch. */
  newest: string | null;
  /** `sha256:…` of the worktree; null when the file is not valid. */
  digest: string | null;
  /** Its files differ from the last commit, or are not in it. False without git. */
  dirty: boolean;
  /** Why it cannot be read; absent when it can. */
  problems?: Problem[];
}

export interface ArtifactList {
  artifacts: ListedArtifact[];
  /** That versions may be missing in it. */
  notes: string[];
  /** False where git reads no repository here: then nothing is known of versions, nor of what is committed. */
  git: boolean;
}

/** The artifacts of the worktree, prompts before agents, by name. A broken file is listed with its problems. */
export async function listArtifacts(project: Project): Promise<ListedArtifact[]> {
  return (await artifactList(project)).artifacts;
}

/** The same with what there is to be said of it. */
export async function artifactList(project: Project): Promise<ArtifactList> {
  const source = worktreeSource(project.root);
  const repo = await repoForReading(project);
  const files = (await Promise.all(KINDS.map((kind) => source.list(kind)))).flat();
  const unique = [...new Map(files.toReversed().map((f) => [addressOf(f.kind, f.name), f])).values()];
  const read = await Promise.all(unique.map(async (file) => ({ file, ...(await tryRead(source, file)) })));
  const digests = new Map(read.map(({ file, content }) => [addressOf(file.kind, file.name), content?.digest]));
  const { own, latest, foreign, changed, unread } = await knownOr(project, { ...NOTHING, unread: true }, async () =>
    repo
      ? { ...(await versionsFor(repo, digests, unique)), changed: await changedFiles(repo), unread: false }
      : { ...NOTHING, unread: true },
  );
  const rows = read.map((one) => row(one, { own: own.get(addressOf(one.file.kind, one.file.name)) ?? [], latest, changed })); // prettier-ignore
  return {
    artifacts: rows.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.name < b.name ? -1 : 1)),
    notes: await notesOf(project, repo, { rows, foreign, unread }),
    git: repo !== null && !unread,
  };
}

async function notesOf(
  project: Project,
  repo: Repo | null,
  { rows, foreign, unread }: { rows: readonly ListedArtifact[]; foreign: readonly VersionTag[]; unread: boolean },
): Promise<string[]> {
  if (rows.length === 0) return [];
  if (repo === null) return [(await noVersions(project)) ?? []].flat();
  if (unread) return ["versions are not known: git does not read its own list of refs (git fsck)"];
  const published = rows.filter(({ newest }) => newest !== null);
  if (published.length === 0) return unknownHere(repo, "these", foreign);
  return noTrunkNote(repo, await trunkOf(repo), published);
}

interface Versions {
  own: ReadonlyMap<string, readonly VersionTag[]>;
  latest: ReadonlySet<VersionTag>;
  /** Those of other projects, of artifacts that have no other. */
  foreign: readonly VersionTag[];
}

const NOTHING: Versions & { changed: Set<string> } = {
  own: new Map(),
  latest: new Set(),
  foreign: [],
  changed: new Set(),
};

/** Their versions, read as far down as the worktree's content and the default branch's version. */
async function versionsFor(
  repo: Repo,
  digests: ReadonlyMap<string, string | undefined>,
  files: readonly ArtifactFile[],
): Promise<Versions> {
  const isThere = (own: readonly VersionTag[], address: string) =>
    own.some(({ digest }) => digest === digests.get(address));
  const known = await tagsUntil(repo, files, isThere);
  const own = new Map([...known].map(([address, tags]) => [address, tags.own]));
  const latest = await latestOfEach(repo, [...own.values()]);
  const lost = files.filter((file) => !(own.get(addressOf(file.kind, file.name)) ?? []).some((one) => latest.has(one)));
  const cut = lost.filter((file) => known.get(addressOf(file.kind, file.name))?.refs.length !== known.get(addressOf(file.kind, file.name))?.tags.length); // prettier-ignore
  const foreign = [...known.values()].flatMap((one) => (one.own.length === 0 ? one.tags.filter(({ stray }) => stray === null) : [])); // prettier-ignore
  if (cut.length === 0) return { own, latest, foreign };
  const whole = byAddress(await versionsOf(repo, cut));
  return { own: new Map([...own, ...whole]), latest: new Set([...latest, ...(await latestOfEach(repo, [...whole.values()]))]), foreign }; // prettier-ignore
}

interface Known {
  /** Of one artifact, the newest first. */
  own: readonly VersionTag[];
  /** Of all. */
  latest: ReadonlySet<VersionTag>;
  changed: ReadonlySet<string>;
}

interface ReadFile {
  file: ArtifactFile;
  content?: ArtifactContent | null;
  problems?: Problem[];
}

function row({ file, content, problems }: ReadFile, { own, latest, changed }: Known): ListedArtifact {
  const { kind, name } = file;
  return {
    kind,
    name,
    address: addressOf(kind, name),
    model: content?.model ?? null,
    owner: (content?.agent ? content.agent.owner?.team : content?.prompt.agentops?.owner) ?? null,
    version: own.find((v) => content && v.digest === content.digest)?.version ?? null,
    latest: own.find((version) => latest.has(version))?.version ?? null,
    newest: own[0]?.version ?? null,
    digest: content?.digest ?? null,
    dirty: (content?.files ?? [file.path]).some((path) => changed.has(path)),
    ...(problems && { problems }),
  };
}

/** Commits of so many versions are looked for by their content; of so many of one artifact. */
const MOST_WALKS = 25;
const MOST_OF_ONE = 5;

/** Of each artifact those that the default branch has; the newest is asked for first, for all artifacts at once. */
async function latestOfEach(repo: Repo, each: readonly (readonly VersionTag[])[]): Promise<Set<VersionTag>> {
  const newest = each.flatMap(([first]) => (first === undefined ? [] : [first]));
  const trunk = repo.shallow ? null : await trunkOf(repo);
  if (trunk === null) return new Set(newest);
  const found = await ancestorsOf(repo, trunk.tips, newest);
  const open = each.filter(([first]) => first !== undefined && !found.has(first));
  const merged = await ancestorsOf(repo, trunk.tips, open.flat());
  const above = open.flatMap((own) => {
    const at = own.findIndex((version) => merged.has(version));
    return (at < 0 ? own : own.slice(0, at)).slice(0, MOST_OF_ONE);
  });
  const landed = above.length === 0 ? [] : await containedIn(repo, trunk.tips, above, MOST_WALKS);
  return new Set([...found, ...merged, ...landed]);
}

async function tryRead(source: Source, file: ArtifactFile): Promise<Omit<ReadFile, "file">> {
  try {
    return { content: await readArtifact(source, file) };
  } catch (error) {
    if (!(error instanceof AgentopsError)) throw error;
    const details = error.details?.["problems"] as Problem[] | undefined;
    return { problems: details ?? [wholeFile(file, error)] };
  }
}

function wholeFile({ path: file }: ArtifactFile, error: AgentopsError): Problem {
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return { severity: "error", rule: "unreadable", file, line: 1, column: 1, message: error.message, ...hint };
}

/** Paths relative to the project root that differ from HEAD, staged or not, untracked ones included. */
async function changedFiles(repo: Repo): Promise<Set<string>> {
  const args = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignored", "--", ...KINDS];
  const entries = (await must(repo.git, args)).split("\0").filter((e) => e !== "");
  return new Set(entries.map((e) => e.slice(3)).map((path) => path.slice(repo.prefix.length)));
}
