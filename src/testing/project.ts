import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll } from "vitest";

/** The checkout under test. */
export const REPO = fileURLToPath(new URL("../..", import.meta.url));
/** Recordings nobody here wrote; tests that read them are skipped where they are absent. */
export const SHARED_DATA = join(REPO, "..", "shared", "data");
export const hasSharedData = existsSync(SHARED_DATA);

const made: string[] = [];
afterAll(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

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
  for (const part of ["agentops.config.yaml", "prompts", "agents", "evals", "fixtures", "schemas"])
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
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.com",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.com",
    ...extra,
  };
}

const BIN = join(REPO, "bin", "agentops.js");

/** Starts the real binary; the caller awaits or kills it. */
export function spawnAgentops(cwd: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  return execa(process.execPath, [BIN, ...args], {
    cwd,
    env: cleanEnv(env),
    extendEnv: false,
    reject: false,
    stdin: "ignore",
  });
}

/** Runs the real binary to its end. */
export async function agentops(cwd: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const { exitCode, stdout, stderr } = await spawnAgentops(cwd, args, env);
  return { code: exitCode ?? -1, stdout, stderr };
}

export async function git(cwd: string, ...args: string[]): Promise<string> {
  return (await execa("git", args, { cwd, env: cleanEnv(), extendEnv: false })).stdout;
}

/** A sample project in a git repository of its own, committed. */
export async function sampleRepository(): Promise<string> {
  const dir = sampleProject();
  put(dir, ".gitignore", ".agentops/state.db*\n");
  await git(dir, "init", "-q", "-b", "main");
  await git(dir, "add", ".");
  await git(dir, "commit", "-q", "-m", "Start");
  return dir;
}
