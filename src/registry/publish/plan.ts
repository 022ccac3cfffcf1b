import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { parseRef } from "../../core/refs.ts";
import { addressOf, KINDS } from "../files.ts";
import { loadContent } from "../versions/load.ts";
import type { Repo } from "../git/repo.ts";
import { type Source, worktreeSource } from "../source.ts";
import { type Address, addressIn } from "../resolve.ts";
import { allVersions, isOurs, type VersionTag } from "../versions/versions.ts";

export interface Unchanged {
  address: string;
  /** The version that has this content already. */
  version: string;
}

/** An artifact that gets a version. */
export interface Planned extends Address {
  address: string;
  /** `v8`. */
  next: string;
  /** Its own files, relative to the project root; an agent's include its prompt. */
  files: string[];
  /** Tags that exist here, by version number: the remote must not know others. */
  known: ReadonlyMap<number, VersionTag>;
}

/** Which artifacts changed since their latest version. Going back to an older content is a change too. */
export async function planPublish(
  project: Project,
  repo: Repo,
  names: readonly string[],
): Promise<{ changed: Planned[]; unchanged: Unchanged[] }> {
  const source = worktreeSource(project);
  const addresses = await addressesOf(source, names);
  const tags = await allVersions(repo);
  const plans = await Promise.all(addresses.map((address) => plan(repo, source, address, tags)));
  return {
    changed: plans.filter((p) => "next" in p),
    unchanged: plans.filter((p) => "version" in p),
  };
}

async function plan(
  repo: Repo,
  source: Source,
  of: Address,
  tags: readonly VersionTag[],
): Promise<Planned | Unchanged> {
  const content = await loadContent(source, of);
  const all = tags.filter((t) => t.kind === of.kind && t.name === of.name);
  const latest = all.find((t) => isOurs(repo, t));
  const address = addressOf(of.kind, of.name);
  if (latest?.digest === content.digest) return { address, version: latest.version };
  const next = `v${(all[0]?.number ?? 0) + 1}`;
  return { ...of, address, next, files: content.files, known: new Map(all.map((t) => [t.number, t])) };
}

async function addressesOf(source: Source, names: readonly string[]): Promise<Address[]> {
  const found = names.length > 0 ? await named(source, names) : await everyArtifact(source);
  return found.filter((a, i) => found.findIndex((b) => b.kind === a.kind && b.name === a.name) === i);
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
