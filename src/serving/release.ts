import { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import { parseRef, type Ref } from "../core/refs.ts";
import type { LoadedArtifact } from "../registry/artifact.ts";
import { publishedVersion } from "../registry/versions/published.ts";
import type { Verification } from "../registry/versions/verify.ts";
import type { Tx } from "../state/store.ts";
import { insertRelease, type ReleaseRow } from "./serving.store.ts";

/** A published version, read from git and ready to be copied into the store. */
export interface PreparedRelease {
  /** `prompts/NAME` or `agents/NAME`. */
  address: string;
  /** `v7`. */
  version: string;
  digest: string;
  /** The model pin that is part of the version; undefined when it names none. */
  model: string | undefined;
  author: { name: string; email: string };
  commit: string;
  signature: Verification["signature"];
  /** Why its tag cannot be trusted; empty when it is as it was published. */
  problems: string[];
  row: Omit<ReleaseRow, "releasedAt">;
}

/**
 * Reads a published version: `…@v7`, or the latest of a bare name. The worktree does not matter: a tag whose commit has the digest
 * that was published is what counts. Throws REF_INVALID for a ref that is no published version, VERSION_NOT_FOUND, GIT_FAILED.
 */
export async function prepareRelease(project: Project, ref: string): Promise<PreparedRelease> {
  const { artifact, verification, author, at } = await publishedVersion(project, publishedRef(ref));
  const { address, digest, model } = artifact;
  const { version, commit, signature } = verification;
  const publishedBy = author.email === "" ? author.name : `${author.name} <${author.email}>`;
  const content = JSON.stringify(valueOf(artifact));
  const tampered = !verification.digest.ok || signature.status === "bad";
  return {
    address,
    version,
    digest,
    model,
    author,
    commit,
    signature,
    problems: tampered ? verification.reasons : [],
    row: { target: address, version, digest, content, gitCommit: commit, publishedBy, publishedAt: at },
  };
}

/** Copies it into the store within the caller's transaction; one that is there stays as it is. */
export async function keepRelease(tx: Tx, { row }: PreparedRelease, at: string): Promise<void> {
  await insertRelease(tx, { ...row, releasedAt: at });
}

function publishedRef(ref: string): Ref {
  const parsed = parseRef(ref);
  if (parsed.point.type === "version" || !ref.includes("@")) return parsed;
  const address = ref.slice(0, ref.indexOf("@"));
  throw new AgentopsError("REF_INVALID", `only a published version is released, and ${ref} is none`, {
    hint: `agentops publish ${address}   then   ${address}@v1, or ${address} for the latest`,
  });
}

/** What `resolve` gives as `value`: the file as written; an agent's with its prompt's file. */
function valueOf({ content }: LoadedArtifact): unknown {
  const { agent, prompt } = content as { agent?: object; prompt: unknown };
  return agent === undefined ? prompt : { ...agent, promptContent: prompt };
}
