import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "../../core/project.ts";
import type { GitResult } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import type { VersionTag } from "./versions.ts";

export interface Signature {
  /**
   * good: valid, by a trusted key; untrusted: valid, by another key; bad: the content is not what was signed;
   * unknown: no way to tell here (no key, no list of signers).
   */
  status: "good" | "none" | "bad" | "untrusted" | "unknown";
  /** Principal or key, as git names it. */
  signer: string | null;
  /** True when the project lists its signers, so that only `good` will do. */
  required: boolean;
}

/** Who may sign, one `principal keytype key` a line (ssh-keygen(1), ALLOWED SIGNERS); relative to the project root. */
export const ALLOWED_SIGNERS = ".agentops/allowed_signers";

/** Checks a tag's signature with git, against the project's allowed signers, else against git's own configuration. */
export async function checkSignature(project: Project, repo: Repo, version: VersionTag): Promise<Signature> {
  const file = join(project.root, ALLOWED_SIGNERS);
  const required = existsSync(file);
  if (!version.signed) return { status: "none", signer: null, required };
  const config = required ? [`gpg.ssh.allowedSignersFile=${file}`] : [];
  const result = await repo.git(["verify-tag", "--raw", `refs/tags/${version.tag}`], { config });
  const said = `${result.stderr}\n${result.stdout}`;
  return { ...(said.includes("[GNUPG:]") ? judgeGpg(said) : judgeSsh(result, said)), required };
}

function judgeSsh({ exitCode }: GitResult, said: string): Omit<Signature, "required"> {
  const good = /^Good "git" signature for (.+) with (.+ key .+)$/m.exec(said);
  if (exitCode === 0 && good) return { status: "good", signer: good[1] ?? null };
  const unlisted = /^Good "git" signature with (.+ key .+)$/m.exec(said);
  if (unlisted) return { status: "untrusted", signer: unlisted[1] ?? null };
  if (/Could not verify signature|incorrect signature|Signature verification failed/i.test(said)) {
    return { status: "bad", signer: null };
  }
  return { status: "unknown", signer: null };
}

/** GnuPG status lines: https://github.com/gpg/gnupg/blob/master/doc/DETAILS */
function judgeGpg(said: string): Omit<Signature, "required"> {
  const signer = /^\[GNUPG:\] (?:GOODSIG|BADSIG|EXPKEYSIG|REVKEYSIG|EXPSIG) \S+ (.+)$/m.exec(said)?.[1] ?? null;
  if (said.includes("[GNUPG:] BADSIG")) return { status: "bad", signer };
  if (!said.includes("[GNUPG:] GOODSIG")) return { status: signer === null ? "unknown" : "untrusted", signer };
  const trusted = /^\[GNUPG:\] TRUST_(?:ULTIMATE|FULLY|MARGINAL)/m.test(said);
  return { status: trusted ? "good" : "untrusted", signer };
}
