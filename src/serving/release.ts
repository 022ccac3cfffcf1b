import { AgentopsError } from "../core/errors.ts";
import { fullName } from "../core/person.ts";
import type { Project } from "../core/project.ts";
import { parseRef, type Ref } from "../core/refs.ts";
import type { LoadedArtifact } from "../registry/artifact.ts";
import { publishedVersion } from "../registry/versions/published.ts";
import { tamperingIn, type Verification } from "../registry/versions/verify.ts";
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
  /** Who was named at publishing; null where nobody was. */
  actor: string | null;
  commit: string;
  signature: Verification["signature"];
  signers: Verification["signers"];
  /** Why its tag cannot be trusted; empty when it is as it was published. */
  problems: string[];
  row: Omit<ReleaseRow, "releasedAt">;
}

/**
 * Reads a published version: `…@v7`, or the latest of a bare name, for the command that was called. The worktree does not matter: a tag whose commit has the digest
 * that was published is what counts. Throws REF_INVALID for a ref that is no published version, VERSION_NOT_FOUND, GIT_FAILED.
 */
export async function prepareRelease(project: Project, ref: string, command: string): Promise<PreparedRelease> {
  const { artifact, verification, author, actor, at } = await publishedVersion(project, publishedRef(ref), command);
  const { address, digest, model } = artifact;
  const { version, commit, signature, signers } = verification;
  const publishedBy = fullName(author);
  const content = JSON.stringify(valueOf(artifact));
  return {
    address,
    version,
    digest,
    model,
    author,
    actor,
    commit,
    signature,
    signers,
    problems: tamperingIn(verification),
    row: { target: address, version, digest, content, gitCommit: commit, publishedBy, publishedAt: at },
  };
}

/** Who published it, by every name that is known: who made the tag, who was named then, and who signed it. */
export function publishersOf({ author, actor, signature }: PreparedRelease): string[] {
  const signed = signature.status === "good" && signature.signer !== null ? [signature.signer] : [];
  return [fullName(author), ...(actor === null ? [] : [actor]), ...signed];
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
