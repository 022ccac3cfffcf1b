import { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import { needRepo } from "../registry/git/repo.ts";
import { ALLOWED_SIGNERS, committedSigners, type Signers } from "../registry/signing/signers.ts";
import { type Signer, signerOf, signText } from "../registry/signing/ssh.ts";

/** What an approval is of; the time, so that each is its own. */
export interface Approved {
  target: string;
  version: string;
  digest: string;
  environment: string;
  /** ISO 8601, UTC. */
  at: string;
}

/** A signature of ssh is for one purpose: one made for git, or for a file, is no approval. */
const NAMESPACE = "agentops-approval";

/** What is signed; the order is part of it. */
function approvalMessage({ target, version, digest, environment, at }: Approved): string {
  return `agentops approval\ntarget: ${target}\nversion: ${version}\ndigest: ${digest}\nenvironment: ${environment}\nat: ${at}\n`;
}

/** An approval's signature, and who the list of signers says made it. */
export interface Signed extends Signer {
  signature: string;
}

/**
 * Signs an approval with git's `user.signingkey`. Throws USAGE where git has none, POLICY_REFUSED where the default branch does not list the
 * key: it would count for nothing.
 */
export async function signApproval(project: Project, approved: Approved): Promise<Signed> {
  const repo = await needRepo(project);
  const signers = await committedSigners(repo);
  const text = approvalMessage(approved);
  const signature = await signText(repo, NAMESPACE, text);
  const signer = await signerOf(signers.text ?? "", NAMESPACE, { text, signature });
  if (signer !== null) return { ...signer, signature };
  throw notListed(signers);
}

/** Who signed, by the list of signers as it is now; null where nobody on it did. */
export function approvalSigner({ text }: Signers, approved: Approved, signature: string): Promise<Signer | null> {
  return signerOf(text ?? "", NAMESPACE, { text: approvalMessage(approved), signature });
}

function notListed({ branch, committed }: Signers): AgentopsError {
  const why = committed
    ? `${ALLOWED_SIGNERS} of ${branch} does not list git's signing key`
    : `${branch} has no ${ALLOWED_SIGNERS}`;
  return new AgentopsError("POLICY_REFUSED", `the approval would not count: ${why}`, {
    hint: `a line NAME KEYTYPE KEY in ${ALLOWED_SIGNERS}, committed and merged; somebody else looks at that`,
  });
}
