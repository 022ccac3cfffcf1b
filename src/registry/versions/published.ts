import type { Project } from "../../core/project.ts";
import { parseRef, type Ref } from "../../core/refs.ts";
import type { LoadedArtifact } from "../artifact.ts";
import { latestRef } from "./latest.ts";
import { loadTagged } from "./load.ts";
import { findRepo, needRepo } from "../git/repo.ts";
import { type Verification, verifyVersion } from "./verify.ts";
import { taggedVersion } from "./version-ref.ts";
import { versionsOf } from "./own.ts";
import type { VersionTag } from "./versions.ts";

/** A published version: what its commit has, who published it, and whether its tag can be trusted. */
export interface PublishedVersion {
  artifact: LoadedArtifact;
  verification: Verification;
  author: { name: string; email: string };
  /** Who was named at publishing; null where nobody was. */
  actor: string | null;
  /** ISO-8601, UTC. */
  at: string;
}

/**
 * `…@v7`, or the latest version of a bare name, which `command` asks for. Throws REF_INVALID for another sort of ref, VERSION_NOT_FOUND,
 * GIT_FAILED.
 */
export async function publishedVersion(project: Project, ref: Ref, command: string): Promise<PublishedVersion> {
  const verification = await verifyVersion(project, await latestRef(project, ref, command));
  const number = Number(verification.version.slice(1));
  const tag = await taggedVersion(await needRepo(project), parseRef(verification.ref), number);
  const artifact = await loadTagged(await needRepo(project), tag);
  return { artifact, verification, author: { name: tag.author, email: tag.email }, actor: tag.actor, at: tag.at };
}

/** The newest published version with this content; null without one, and outside a git repository. */
export async function publishedAs(project: Project, { kind, name }: Ref, digest: string): Promise<VersionTag | null> {
  const repo = await findRepo(project);
  if (repo === null || kind === undefined) return null;
  return (await versionsOf(repo, { kind, name })).find((version) => version.digest === digest) ?? null;
}
