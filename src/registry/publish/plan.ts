import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { parseRef } from "../../core/refs.ts";
import { addressOf, KINDS } from "../files.ts";
import { loadContent } from "../versions/load.ts";
import { whoseTheyAre } from "../versions/foreign.ts";
import { type KnownTags, tagsUntil } from "../versions/own.ts";
import type { Repo } from "../git/repo.ts";
import { type Source, worktreeSource } from "../source.ts";
import { type Address, addressIn } from "../resolve.ts";
import type { TagRef } from "../versions/versions.ts";
import { judgeChanges } from "./behind.ts";
import { type Numbered, numbered } from "./numbers.ts";

export interface Unchanged {
  address: string;
  /** The version that has this content already. */
  version: string;
  /** Why that is not the newest one. */
  note?: string;
}

/** An artifact of which a newer version was published elsewhere, and that was not changed here: it gets none. */
export interface Skipped {
  address: string;
  /** The newer version. */
  latest: string;
  note: string;
}

/** An artifact that gets a version. */
export interface Planned extends Address {
  address: string;
  /** `v8`. */
  next: string;
  /** Of the content on disk. */
  digest: string;
  /** Its own files, relative to the project root; an agent's include its prompt. */
  files: string[];
  /** Tags that exist here, by version number: the remote must not know others. */
  known: ReadonlyMap<number, TagRef>;
  /** Those of them that are versions of this project. */
  own: readonly TagRef[];
  /** What it does not build on. */
  note?: string;
}

export interface Plan {
  changed: Planned[];
  unchanged: Unchanged[];
  skipped: Skipped[];
}

/**
 * Which artifacts changed since the newest version that this branch has. Going back to an older content is a change too; a branch that lacks
 * the newest version did not change what it has of an older one. Throws CONCURRENT_CHANGE for one that was edited behind its newest version,
 * VERSION_NOT_FOUND where a shallow clone cannot tell. The remote may be asked where its branches are, if `ask`.
 */
export async function planPublish(project: Project, repo: Repo, names: readonly string[], ask: boolean): Promise<Plan> {
  const source = worktreeSource(project);
  const addresses = await addressesOf(source, names);
  const contents = await Promise.all(addresses.map((address) => loadContent(source, address)));
  const digests = new Map(contents.map(({ address, digest }) => [address, digest]));
  const known = await tagsUntil(repo, addresses, ([newest], address) => newest?.digest === digests.get(address));
  const judged = await judgeChanges(
    repo,
    contents.map((content) => ({ content, versions: known.get(content.address)?.own ?? [] })),
    ask,
  );
  const plan: Plan = { changed: [], unchanged: [], skipped: [] };
  const first = judged.flatMap(({ content }) => {
    const { own, tags } = known.get(content.address) ?? { own: [], tags: [] };
    return own.length > 0 ? [] : tags.filter(({ stray }) => stray === null);
  });
  const whose = await whoseTheyAre(repo, first);
  for (const one of await numbered(project, judged, known)) {
    const { address } = one.content;
    const note = one.note ?? (whose.has(address) ? `its first version here: ${whose.get(address) ?? ""}` : undefined);
    add(plan, note === undefined ? one : { ...one, note }, known.get(address));
  }
  return plan;
}

function add(plan: Plan, { content, is, version, note, next }: Numbered, tags: KnownTags | undefined): void {
  const { kind, name, address, digest, files } = content;
  const noted = note === undefined ? {} : { note };
  if (is === "unchanged") plan.unchanged.push({ address, version: version?.version ?? "", ...noted });
  else if (is === "skipped") plan.skipped.push({ address, latest: version?.version ?? "", note: note ?? "" });
  else {
    const known = new Map((tags?.refs ?? []).map((tag) => [tag.number, tag]));
    const own = tags?.own ?? [];
    plan.changed.push({ kind, name, address, next: `v${next}`, digest, files, known, own, ...noted });
  }
}

async function addressesOf(source: Source, names: readonly string[]): Promise<Address[]> {
  const found = names.length > 0 ? await named(source, names) : await everyArtifact(source);
  return [...new Map(found.map((address) => [addressOf(address.kind, address.name), address])).values()];
}

async function named(source: Source, names: readonly string[]): Promise<Address[]> {
  return Promise.all(names.map((name) => addressIn(source, parseRef(name))));
}

async function everyArtifact(source: Source): Promise<Address[]> {
  const files = (await Promise.all(KINDS.map((kind) => source.list(kind)))).flat();
  if (files.length > 0) return files.map(({ kind, name }) => ({ kind, name }));
  const absent = await source.absent?.(() => true);
  if (absent != null) throw absent;
  throw new AgentopsError("ARTIFACT_NOT_FOUND", "nothing to publish: no files in prompts/ or agents/", {
    hint: "agentops init writes a working project",
  });
}
