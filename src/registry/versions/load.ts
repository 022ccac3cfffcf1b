import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { parseRef, type Ref, type RefPoint } from "../../core/refs.ts";
import type { LoadedArtifact } from "../artifact.ts";
import { addressOf } from "../files.ts";
import { type ArtifactContent, readArtifact } from "../read.ts";
import { repoForReading, needRepo, type Repo } from "../git/repo.ts";
import { revisionOf } from "../git/revision.ts";
import { projectAt } from "../project-at.ts";
import { type Source, worktreeSource } from "../source.ts";
import { type Address, addressIn, notFound } from "../resolve.ts";
import { tagsUntil } from "./own.ts";
import { movedSince, releasedAs } from "./released.ts";
import type { VersionTag } from "./versions.ts";
import { missingRevision, sourceOfVersion, taggedVersion } from "./version-ref.ts";

/**
 * Loads the artifact a ref names: `@worktree` (the default) from disk, without needing git; `@v7` from its tag; any
 * other point from that git revision. A bare NAME is looked for in prompts/ and agents/.
 *
 * Throws REF_INVALID (also for a bare name that is both), ARTIFACT_NOT_FOUND, VERSION_NOT_FOUND, FILE_INVALID, and
 * GIT_FAILED when a version or revision is asked for outside a git repository.
 */
export async function loadArtifact(project: Project, ref: string | Ref): Promise<LoadedArtifact> {
  const parsed = await pinned(project, typeof ref === "string" ? parseRef(ref) : ref);
  const { point } = parsed;
  if (point.type === "version") return loadVersion(project, parsed, point.number);
  const repo = point.type === "rev" ? await needRepo(project) : await repoForReading(project);
  const source = await sourceAt(project, repo, point);
  const content = await loadContent(source, await addressIn(source, parsed));
  return { ...content, version: repo && (await versionWith(repo, content)) };
}

/** `@stable` and `@candidate` as the version they are now; throws VERSION_NOT_FOUND where nothing is served. */
export async function pinned(project: Project, ref: Ref): Promise<Ref> {
  if (ref.point.type !== "channel") return ref;
  const version = (await project.served?.(ref)) ?? null;
  if (version === null) throw notPromoted(project, ref, ref.point.channel);
  return version;
}

/** {@link readArtifact}, but a missing file is ARTIFACT_NOT_FOUND with the name that was meant. */
export async function loadContent(source: Source, address: Address): Promise<ArtifactContent> {
  const content = await readArtifact(source, address);
  if (!content) throw await notFound(source, address);
  return content;
}

/** The newest published version with the same content, or null. */
async function versionWith(repo: Repo, content: ArtifactContent): Promise<string | null> {
  const has = (own: readonly VersionTag[]) => own.find((version) => version.digest === content.digest);
  const known = await tagsUntil(repo, content, (own) => has(own) !== undefined);
  return has(known.get(content.address)?.own ?? [])?.version ?? null;
}

/**
 * What is not what was published under its number is nothing to show, compare or measure: git's tags can be moved. Throws POLICY_REFUSED, as
 * `promote` does, also where a store released another content under that number; one that records no digest can neither be believed nor refuted, and is told.
 */
async function loadVersion(project: Project, ref: Ref, number: number): Promise<LoadedArtifact> {
  const repo = await needRepo(project);
  const version = await taggedVersion(repo, ref, number);
  const content = await loadTagged(repo, version);
  const named = `${content.address}@${version.version}`;
  const itself = `take the commit itself: ${content.address}@${version.commit.slice(0, 12)}`;
  if (version.digest !== null && version.digest !== content.digest) {
    const reasons = [`the tagged commit has digest ${content.digest}, the tag says ${version.digest}`];
    throw new AgentopsError("POLICY_REFUSED", `${named} is not what was published: ${reasons.join("; ")}`, {
      hint: `agentops verify ${named}   or ${itself}`,
      details: { ref: named, reasons },
    });
  }
  const reasons = movedSince(await releasedAs(project, { address: content.address, version: version.version }), content.digest); // prettier-ignore
  if (reasons.length > 0) {
    throw new AgentopsError("POLICY_REFUSED", `${named} is not what was released: ${reasons.join("; ")}`, {
      hint: `${itself}   agentops publish ${content.address}   gives the content that is here a number of its own`,
      details: { ref: named, reasons },
    });
  }
  if (version.stray !== null) project.warn?.(`warning: ${named} does not verify: ${version.stray}`);
  return content;
}

/** What a version's commit has, whatever its tag says of it. */
export async function loadTagged(repo: Repo, version: VersionTag): Promise<LoadedArtifact> {
  const content = await readArtifact(sourceOfVersion(repo, version), version);
  if (content) return { ...content, version: version.version };
  throw new AgentopsError(
    "VERSION_NOT_FOUND",
    `tag ${version.tag} is on commit ${version.commit.slice(0, 12)}, which has no ${addressOf(version.kind, version.name)} in this project's folder`,
    { hint: `another project of this repository may own it: git show --stat ${version.tag}` },
  );
}

async function sourceAt(project: Project, repo: Repo | null, point: RefPoint): Promise<Source> {
  if (point.type !== "rev" || repo === null) return worktreeSource(project);
  const { commit } = await revisionOf(repo, point.rev);
  if (commit === null) throw await missingRevision(repo, point.rev);
  return (await projectAt(project, repo, commit)).source;
}

function notPromoted({ environment }: Project, { kind, name }: Ref, channel: string): AgentopsError {
  const address = kind === undefined ? name : addressOf(kind, name);
  return new AgentopsError("VERSION_NOT_FOUND", `${address} has no ${channel} version in ${environment}`, {
    hint: `agentops log ${address} lists the versions; name one, e.g. ${address}@v1`,
  });
}
