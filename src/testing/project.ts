import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { main } from "../cli/main.ts";
import type { Shell } from "../cli/shell.ts";

/** The checkout under test. */
export const REPO = fileURLToPath(new URL("../..", import.meta.url));
/** Recordings nobody here wrote; tests that read them are skipped where they are absent. */
export const SHARED_DATA = join(REPO, "..", "shared", "data");
export const hasSharedData = existsSync(SHARED_DATA);

/** Git's settings in tests: none of this machine's. */
export const GIT_CONFIG = join(REPO, "src", "testing", "gitconfig");

const made: string[] = [];

/** Called after the tests of each file. */
export function removeTempFolders(): void {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
}

/** A fresh folder with these files; removed after the tests of the file. */
export function tempProject(files: Record<string, string> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), "agentops test é-"));
  made.push(dir);
  const all = { "agentops.config.yaml": "project: test\n", ...files };
  for (const [path, text] of Object.entries(all)) put(dir, path, text);
  return dir;
}

/** A copy of the sample project that this repository is. */
export function sampleProject(): string {
  const dir = tempProject();
  const fixtures = ["support-triage.jsonl", "refund-desk.jsonl", "traffic.mjs"].map((name) => `fixtures/${name}`);
  for (const part of ["agentops.config.yaml", "prompts", "agents", "evals", "runbooks", "schemas", ...fixtures])
    cpSync(join(REPO, part), join(dir, part), { recursive: true });
  return dir;
}

export function put(dir: string, path: string, text: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** An environment without the developer's keys, git identity or colours. */
export function cleanEnv(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return {
    ...{ PATH, HOME, TMPDIR },
    GIT_CONFIG_GLOBAL: GIT_CONFIG,
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.com",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.com",
    ...extra,
  };
}

export const BIN = join(REPO, "bin", "agentops.js");

/** Starts the real binary; the caller awaits or kills it. */
export function spawnAgentops(cwd: string, args: string[], env: NodeJS.ProcessEnv = {}, { detached = false } = {}) {
  return execa(process.execPath, [BIN, ...args], {
    detached,
    cwd,
    env: cleanEnv(env),
    extendEnv: false,
    reject: false,
    stdin: "ignore",
  });
}

/** Runs the real binary to its end: for what only a process of its own shows. */
export async function binary(cwd: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const { exitCode, stdout, stderr } = await spawnAgentops(cwd, args, env);
  return { code: exitCode ?? -1, stdout, stderr };
}

/** Runs a command line in this process, as the binary would: a hundred times as fast. */
export async function agentops(cwd: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const [stdout, stderr] = [caught(), caught()];
  const shell: Shell = {
    argv: [process.execPath, BIN, ...args],
    env: cleanEnv(env),
    cwd: () => cwd,
    stdin: Readable.from([]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    on: () => undefined,
    off: () => undefined,
    exit: (code) => {
      throw new Error(`a command must not end the process (${code})`);
    },
  };
  const code = await main(shell);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function caught() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk);
      done();
    },
  });
  // Without the last line break, as execa gives it.
  return { stream, text: () => Buffer.concat(chunks).toString("utf8").replace(/\n$/, "") };
}

export async function git(cwd: string, ...args: string[]): Promise<string> {
  return (await execa("git", args, { cwd, env: cleanEnv(), extendEnv: false })).stdout;
}

const templates = new Map<string, Promise<string>>();
const keepers: string[] = [];
process.on("exit", () => {
  for (const dir of keepers) rmSync(dir, { recursive: true, force: true });
});

/** A fresh copy of a folder that takes processes to make; made once under each name. */
export async function copyOfMade(name: string, make: () => Promise<string>): Promise<string> {
  const template = templates.get(name) ?? make().then(kept);
  templates.set(name, template);
  const dir = tempProject();
  cpSync(await template, dir, { recursive: true });
  return dir;
}

/** The folder outlives the tests of its file. */
function kept(dir: string): string {
  made.splice(made.indexOf(dir), 1);
  keepers.push(dir);
  return dir;
}

/** A sample project in a git repository of its own, committed. */
export function sampleRepository(): Promise<string> {
  return copyOfMade("sample", async () => {
    const dir = sampleProject();
    put(dir, ".agentops/.gitignore", "*\n!.gitignore\n!allowed_signers\n");
    await git(dir, "init", "-q", "-b", "main");
    await git(dir, "add", ".");
    await git(dir, "commit", "-q", "-m", "Start");
    return dir;
  });
}
