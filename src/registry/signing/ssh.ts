import { execFile } from "node:child_process";
import { isAbsolute, resolve } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import type { Git } from "../git/git.ts";
import type { Repo } from "../git/repo.ts";
import { withFiles } from "./signers.ts";

/** What stands behind a signature: who the list says may use the key, and the key. */
export interface Signer {
  principals: string[];
  /** `SHA256:…`. */
  key: string;
}

interface Said {
  exitCode: number;
  stdout: string;
  stderr: string;
}

const SETUP = "git config gpg.format ssh; git config user.signingkey ~/.ssh/id_ed25519.pub";

/**
 * Signs a text with git's `user.signingkey`, as `git tag -s` would with `gpg.format ssh`; returns the armoured signature (PROTOCOL.sshsig).
 * Throws USAGE where git has no such key, or the key cannot be used.
 */
export async function signText(repo: Repo, namespace: string, text: string): Promise<string> {
  const [format, key, program] = await Promise.all([
    setting(repo.git, "gpg.format"),
    setting(repo.git, "user.signingkey", "--type=path"),
    setting(repo.git, "gpg.ssh.program", "--type=path"),
  ]);
  if (format !== "ssh" || key === null)
    throw new AgentopsError("USAGE", "git has no ssh key to sign with", { hint: SETUP });
  // git-config(1), user.signingKey: a literal key, whose private half an agent holds, or the file of one.
  const literal = /^(?:key::|ssh-|ecdsa-|sk-)/.test(key) ? key.replace(/^key::/, "") : null;
  return withFiles({ ...(literal !== null && { "key.pub": `${literal}\n` }) }, async (file) => {
    const keyFile = literal === null ? fileOf(key, repo) : file("key.pub");
    const args = ["-Y", "sign", "-n", namespace, ...(literal === null ? [] : ["-U"]), "-f", keyFile];
    const said = await run(program ?? "ssh-keygen", args, text);
    if (said.exitCode === 0 && said.stdout.includes("BEGIN SSH SIGNATURE")) return said.stdout;
    throw new AgentopsError("USAGE", `${literal ?? key} cannot sign: ${lastLine(said.stderr)}`, { hint: SETUP });
  });
}

/**
 * Whose signature over a text this is, by a list of signers as it holds now; null where it is nobody's on the list. Settings of git and ssh
 * have no say in it. Throws USAGE without ssh-keygen.
 */
export async function signerOf(
  list: string,
  namespace: string,
  { text, signature }: { text: string; signature: string },
): Promise<Signer | null> {
  return withFiles({ list, signature }, async (file) => {
    const found = await run("ssh-keygen", ["-Y", "find-principals", "-f", file("list"), "-s", file("signature")], "");
    const names = found.exitCode === 0 ? found.stdout.split(/[\n,]/).map((name) => name.trim()) : [];
    const signer: Signer = { principals: [], key: "" };
    for (const principal of new Set(names.filter((name) => name !== "" && !name.startsWith("-")))) {
      const who = ["-f", file("list"), "-I", principal, "-n", namespace, "-s", file("signature")];
      const verified = await run("ssh-keygen", ["-Y", "verify", ...who], text);
      const key = / key (SHA256:\S+)$/m.exec(verified.stdout)?.[1];
      if (verified.exitCode !== 0 || key === undefined) continue;
      signer.principals.push(principal);
      signer.key = key;
    }
    return signer.principals.length === 0 ? null : signer;
  });
}

function run(program: string, args: string[], input: string): Promise<Said> {
  return new Promise((done, fail) => {
    const child = execFile(program, args, { windowsHide: true }, (error, stdout, stderr) => {
      if (error?.code === "ENOENT") fail(noProgram(program));
      else done({ exitCode: error === null ? 0 : Number(error.code ?? 1) || 1, stdout, stderr });
    });
    // One that ends before it has read everything says so by its exit code.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}

function noProgram(program: string): AgentopsError {
  return new AgentopsError("USAGE", `${program} is not here, and signatures of ssh need it`, {
    hint: "install OpenSSH's client and put it on PATH",
  });
}

function fileOf(key: string, { cwd }: Repo): string {
  return isAbsolute(key) ? key : resolve(cwd, key);
}

async function setting(git: Git, name: string, ...type: string[]): Promise<string | null> {
  const { exitCode, stdout } = await git(["config", ...type, "--get", name]);
  const value = stdout.trim();
  return exitCode === 0 && value !== "" ? value : null;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "no reason given";
}
