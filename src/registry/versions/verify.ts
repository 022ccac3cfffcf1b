import { AgentopsError } from "../../core/errors.ts";
import type { Project } from "../../core/project.ts";
import { parseRef, type Ref } from "../../core/refs.ts";
import { addressOf } from "../files.ts";
import { pinned } from "./load.ts";
import { readArtifact } from "../read.ts";
import { needRepo, remoteOf, type Repo } from "../git/repo.ts";
import { latestRef, refetch } from "./latest.ts";
import { ALLOWED_SIGNERS, committedSigners, type Signers } from "../signing/signers.ts";
import { movedSince, releasedAs } from "./released.ts";
import { checkSignature, type Signature } from "./signature.ts";
import { sourceOfVersion, taggedVersion } from "./version-ref.ts";
import type { VersionTag } from "./versions.ts";

/** What `agentops verify` found out. `ok: false` is a result, not an error. */
export interface Verification {
  schema: "agentops.verify/1";
  /** `prompts/NAME@v7`. */
  ref: string;
  version: string;
  tag: string;
  commit: string;
  /** The digest the tag carries, and the one its commit has now; null when there is none. */
  digest: { recorded: string | null; actual: string | null; ok: boolean };
  signature: Signature;
  /** The branch whose list of signers was asked; null where there is no list, and git's configuration on this machine was. */
  signers: string | null;
  ok: boolean;
  /** Why it is not ok; empty when it is. */
  reasons: string[];
}

/**
 * Checks one version (`…@v7`), or the latest of an artifact: that the tagged commit still has the content that was
 * published, that a store which released it did so with that content, and that somebody listed in the default branch's `.agentops/allowed_signers` signed it, when there is such a file.
 * Throws REF_INVALID for another sort of ref, VERSION_NOT_FOUND, GIT_FAILED.
 */
export async function verifyVersion(project: Project, ref: string | Ref): Promise<Verification> {
  const parsed = await latestRef(
    project,
    await pinned(project, typeof ref === "string" ? parseRef(ref) : ref),
    "verify",
  );
  const repo = await needRepo(project);
  const version = await taggedVersion(repo, parsed, numberOf(parsed));
  const { actual, problem } = await actualDigest(repo, version);
  const signers = await committedSigners(repo);
  const signature = await checkSignature(repo, version, signers);
  const digestReasons = [...problem, ...(await tagReasons(repo, version)), ...digestReason(version, actual)];
  const address = addressOf(version.kind, version.name);
  const released = await releasedAs(project, { address, version: version.version });
  const moved = actual === null || digestReasons.length > 0 ? [] : movedSince(released, actual);
  const reasons = [...digestReasons, ...moved, ...signatureReasons(signature, signers)];
  return {
    schema: "agentops.verify/1",
    ref: `${address}@${version.version}`,
    version: version.version,
    tag: version.tag,
    commit: version.commit,
    digest: { recorded: version.digest, actual, ok: digestReasons.length === 0 },
    signature,
    signers: signers.text === null ? null : signers.branch,
    ok: reasons.length === 0,
    reasons,
  };
}

/** Why nothing of a version can be believed: it is not what was published under its name. None where only a signature is missing. */
export function tamperingIn({ digest, signature, reasons }: Verification): string[] {
  return digest.ok && signature.status !== "bad" ? [] : reasons;
}

function numberOf({ point, name }: Ref): number {
  if (point.type === "version") return point.number;
  throw new AgentopsError("REF_INVALID", "only a published version can be verified", {
    hint: `agentops verify ${name}@v1, or without @ for the latest`,
  });
}

async function actualDigest(repo: Repo, version: VersionTag): Promise<{ actual: string | null; problem: string[] }> {
  try {
    const content = await readArtifact(sourceOfVersion(repo, version), version);
    if (content) return { actual: content.digest, problem: [] };
    return { actual: null, problem: [`commit ${version.commit.slice(0, 12)} has no such artifact`] };
  } catch (error) {
    // A git that cannot read says nothing about the version: it may be as it was published.
    if (!(error instanceof AgentopsError)) throw error;
    if (error.code === "FILE_INVALID" || error.code === "ARTIFACT_NOT_FOUND")
      return { actual: null, problem: [error.message] };
    const what = `${addressOf(version.kind, version.name)}@${version.version} cannot be read: ${error.message}`;
    throw new AgentopsError(error.code, what, { hint: error.hint, details: error.details, cause: error });
  }
}

async function tagReasons(repo: Repo, { stray, annotated }: VersionTag): Promise<string[]> {
  if (stray === null) return [];
  const remote = annotated ? null : await remoteOf(repo);
  return [
    remote === null ? stray : `${stray} (${refetch(remote)} brings the remote's, where a checkout wrote this one)`,
  ];
}

function digestReason({ digest }: VersionTag, actual: string | null): string[] {
  if (digest === null || actual === null || actual === digest) return [];
  return [`the tagged commit has digest ${actual}, the tag says ${digest}`];
}

function signatureReasons({ status, signer }: Signature, { text, committed, branch }: Signers): string[] {
  if (status === "bad") return ["the signature is bad: the tag was changed after it was signed"];
  if (text === null || status === "good") return [];
  if (!committed) return [`${ALLOWED_SIGNERS} is not on ${branch}, so it lists nobody yet`];
  if (status === "none") return [`not signed, and ${branch} has ${ALLOWED_SIGNERS}`];
  if (status === "unknown") return ["the signature cannot be checked here"];
  return [`signed by ${signer ?? "a key"} that ${ALLOWED_SIGNERS} of ${branch} does not list`];
}
