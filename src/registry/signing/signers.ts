import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCommitted } from "../git/committed.ts";
import type { Repo } from "../git/repo.ts";

/** Who may sign, one `principal keytype key` a line (ssh-keygen(1), ALLOWED SIGNERS); relative to the project root. */
export const ALLOWED_SIGNERS = ".agentops/allowed_signers";

/** The list of signers that counts: the default branch's, which nobody changes without a commit that others see. */
export interface Signers {
  /** `origin/main`, as people name it. */
  branch: string;
  /** Null where the branch has no list; "" where only the worktree has one, which lists nobody yet. */
  text: string | null;
  /** False where the list is in the worktree alone. */
  committed: boolean;
}

export async function committedSigners(repo: Repo): Promise<Signers> {
  const { branch, text } = await readCommitted(repo, `${repo.prefix}${ALLOWED_SIGNERS}`);
  if (text !== null) return { branch, text, committed: true };
  return { branch, text: existsSync(join(repo.cwd, ALLOWED_SIGNERS)) ? "" : null, committed: false };
}

/** Lends a file with these texts, which only this user may read; it is gone afterwards. */
export async function withFiles<T>(
  texts: Readonly<Record<string, string>>,
  use: (file: (name: string) => string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "agentops-signing-"));
  try {
    for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text, { mode: 0o600 });
    return await use((name) => join(folder, name));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
