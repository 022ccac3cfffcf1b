import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { parseRef } from "../../core/refs.ts";
import { KINDS } from "../files.ts";
import { needRepo, type Repo } from "../git/repo.ts";
import { worktreeSource } from "../source.ts";
import { taggedVersion } from "./version-ref.ts";
import { type Address, addressIn, notFound } from "../resolve.ts";
import { type VersionTag, versionsOf } from "./versions.ts";

/** One published version, as `agentops log` shows it. */
export interface VersionEntry {
  /** `v7`. */
  version: string;
  number: number;
  commit: string;
  /** `prompts/NAME/v7`. */
  tag: string;
  /** `sha256:…` recorded in the tag; null when it carries none. */
  digest: string | null;
  /** ISO-8601, UTC. */
  at: string;
  author: string;
  message: string;
  /** Carries a signature; whether it is good says `verify`. */
  signed: boolean;
}

/**
 * The published versions of an artifact, newest first; empty when it exists but was never published. `name` is NAME,
 * `prompts/NAME` or `agents/NAME`. Throws ARTIFACT_NOT_FOUND, REF_INVALID, GIT_FAILED.
 */
export async function logVersions(project: Project, name: string): Promise<VersionEntry[]> {
  const repo = await needRepo(project);
  const address = await addressOfName(project, repo, name);
  return (await versionsOf(repo, address)).map(entry);
}

/** A deleted artifact still has its history, so tags are asked when the worktree has no file. */
async function addressOfName(project: Project, repo: Repo, name: string): Promise<Address> {
  const ref = parseRef(name);
  const source = worktreeSource(project);
  const files = (await Promise.all(KINDS.map((kind) => source.list(kind)))).flat();
  if (files.some((f) => f.name === ref.name && (ref.kind ?? f.kind) === f.kind)) return addressIn(source, ref);
  try {
    return await taggedVersion(repo, ref);
  } catch (error) {
    if (error instanceof AgentopsError && error.code === "VERSION_NOT_FOUND") throw await notFound(source, ref);
    throw error;
  }
}

function entry(tag: VersionTag): VersionEntry {
  const { version, number, commit, digest, at, author, message, signed } = tag;
  return { version, number, commit, tag: tag.tag, digest, at, author, message, signed };
}
