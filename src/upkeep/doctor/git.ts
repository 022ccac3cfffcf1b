import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { type Git, openGit } from "../../registry/git/git.ts";
import { findRepo } from "../../registry/git/repo.ts";
import { committedSigners } from "../../registry/signing/signers.ts";
import type { Facts } from "./found.ts";

/** Throws GIT_FAILED where there is a repository that git does not read, another user's for one. */
export async function findGit(root: string, env: NodeJS.ProcessEnv): Promise<Facts["git"]> {
  const said = await openGit(root, env)(["--version"]);
  if (said.exitCode !== 0) return { version: null, inRepository: false };
  const version = /\d+(?:\.\d+)+/.exec(said.stdout)?.[0] ?? said.stdout.trim();
  return { version, inRepository: (await findRepo({ root, env })) !== null };
}

/** Who commits and tags here. What git would guess from the login and the host is nobody's name. */
export async function findIdentity(root: string, env: NodeJS.ProcessEnv): Promise<Facts["identity"]> {
  const git = openGit(root, env);
  const strict = { config: ["user.useConfigOnly=true"] };
  const author = await git(["var", "GIT_AUTHOR_IDENT"], strict);
  const committer = await git(["var", "GIT_COMMITTER_IDENT"], strict);
  if (author.exitCode === 0 && committer.exitCode === 0)
    return { who: committer.stdout.replace(/>.*$/s, ">"), missing: [] };
  const settings = ["user.name", "user.email"];
  const values = await Promise.all(settings.map((name) => setting(git, name)));
  const missing = settings.filter((_, i) => values[i] === null);
  return { who: null, missing: missing.length === 0 ? settings : missing };
}

export async function findSigning(root: string, env: NodeJS.ProcessEnv): Promise<Facts["signing"]> {
  const git = openGit(root, env);
  const [key, format] = await Promise.all([setting(git, "user.signingkey"), setting(git, "gpg.format")]);
  const repo = await findRepo({ root, env }).catch(() => null);
  const list = repo === null ? null : (await committedSigners(repo)).text;
  const keyFileMissing = key !== null && format === "ssh" && isPath(key) && !existsSync(pathOf(key, root, env));
  return { key, format: format ?? "openpgp", keyFileMissing, signers: list === null ? null : signersIn(list) };
}

async function setting(git: Git, name: string): Promise<string | null> {
  const { exitCode, stdout } = await git(["config", "--get", name]);
  const value = stdout.trim();
  return exitCode === 0 && value !== "" ? value : null;
}

/** git-config(1), user.signingKey: a literal key, or the file of one. */
function isPath(key: string): boolean {
  return !/^(key::|ssh-|ecdsa-|sk-)/.test(key);
}

function pathOf(key: string, root: string, env: NodeJS.ProcessEnv): string {
  return resolve(root, key.replace(/^~(?=\/)/, env["HOME"] ?? homedir()));
}

/** ssh-keygen(1), ALLOWED SIGNERS: the first field is a list of names, with commas. */
function signersIn(text: string): number {
  const lines = text.split("\n").map((line) => line.trim());
  const names = lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split(/\s/)[0] ?? "");
  return new Set(names.flatMap((name) => name.split(","))).size;
}
