import type { GitResult } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import { type Signers, withFiles } from "../signing/signers.ts";
import type { VersionTag } from "./versions.ts";

export interface Signature {
  /**
   * good: valid, by a trusted key; untrusted: valid, by another key; bad: the content is not what was signed;
   * unknown: no way to tell here (no key, no list of signers).
   */
  status: "good" | "none" | "bad" | "untrusted" | "unknown";
  /** Principal or key, as git names it. */
  signer: string | null;
}

/**
 * Checks a tag's signature with git: against the list of signers that the default branch has, else against git's own configuration. With a
 * list, neither a program that git is told to use nor a key ring of GnuPG has a say: whoever runs this could choose both.
 */
export async function checkSignature(repo: Repo, version: VersionTag, { text }: Signers): Promise<Signature> {
  if (!version.signed) return { status: "none", signer: null };
  if (text === null) return judged(repo, version, []);
  return withFiles({ list: text }, async (file) => {
    const config = [`gpg.ssh.allowedSignersFile=${file("list")}`, "gpg.ssh.program=ssh-keygen"];
    return judged(repo, version, config);
  });
}

async function judged(repo: Repo, version: VersionTag, config: string[]): Promise<Signature> {
  const result = await repo.git(["verify-tag", "--raw", `refs/tags/${version.tag}`], { config });
  const said = `${result.stderr}\n${result.stdout}`;
  if (!said.includes("[GNUPG:]")) return judgeSsh(result, said);
  const gpg = judgeGpg(said);
  return gpg.status === "good" && config.length > 0 ? { ...gpg, status: "untrusted" } : gpg;
}

function judgeSsh({ exitCode }: GitResult, said: string): Signature {
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
function judgeGpg(said: string): Signature {
  const signer = /^\[GNUPG:\] (?:GOODSIG|BADSIG|EXPKEYSIG|REVKEYSIG|EXPSIG) \S+ (.+)$/m.exec(said)?.[1] ?? null;
  if (said.includes("[GNUPG:] BADSIG")) return { status: "bad", signer };
  if (!said.includes("[GNUPG:] GOODSIG")) return { status: signer === null ? "unknown" : "untrusted", signer };
  const trusted = /^\[GNUPG:\] TRUST_(?:ULTIMATE|FULLY|MARGINAL)/m.test(said);
  return { status: trusted ? "good" : "untrusted", signer };
}
