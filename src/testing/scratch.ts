import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { FILES, prompt } from "./ci-remote.ts";
import { agentops, git, put, type Ran, tempProject } from "./project.ts";
import { repositoryOf } from "./repository.ts";

/** Small repositories for what git may meet: two prompts and a suite, as in `ciRemote`. */
export function scratch(files: Record<string, string> = {}): Promise<string> {
  return repositoryOf({ ...FILES, ...files });
}

/** The same with a bare remote that has main and the first versions. */
export async function withRemote(files: Record<string, string> = {}): Promise<{ dir: string; bare: string }> {
  const dir = await scratch(files);
  const bare = join(tempProject(), "origin.git");
  await git(dir, "clone", "-q", "--bare", dir, bare);
  await git(dir, "remote", "add", "origin", `file://${bare}`);
  await git(dir, "fetch", "-q", "origin");
  await git(dir, "branch", "-q", "--set-upstream-to=origin/main");
  await works(dir, "publish", "-m", "first");
  return { dir, bare };
}

/** Another clone, with a store of its own. */
export async function cloneOf(bare: string, ...options: string[]): Promise<string> {
  const dir = join(tempProject(), "clone");
  await git(bare, "clone", "-q", ...options, `file://${bare}`, dir);
  return dir;
}

/** Edits a prompt; with `message` it is committed. */
export async function say(dir: string, name: string, words: string, message?: string): Promise<void> {
  put(dir, `prompts/${name}.prompt.yml`, prompt(name, words));
  if (message !== undefined) await git(dir, "commit", "-q", "-m", message, "--", `prompts/${name}.prompt.yml`);
}

/** What a command that must end with 0 prints, on stdout and stderr. */
export async function works(dir: string, ...args: string[]): Promise<string> {
  return said(await agentops(dir, args), 0);
}

/** What a command that must end with `code` prints. */
export async function ends(code: number, dir: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return said(await agentops(dir, args, env), code);
}

function said({ code, stdout, stderr }: Ran, expected: number): string {
  expect(code, stderr + stdout).toBe(expected);
  return `${stdout}\n${stderr}`;
}

/** The artifacts that the gate says changed. */
export async function changedIn(dir: string, base = "origin/main", env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const { stdout, stderr } = await agentops(dir, ["gate", "--base", base, "--json"], env);
  expect(stdout, stderr).not.toBe("");
  return JSON.parse(stdout).changed.map((change: { artifact: string }) => change.artifact);
}

/** The versions of a repository. */
export async function tags(dir: string): Promise<string[]> {
  return (await git(dir, "tag", "--list", "prompts/*")).split("\n");
}

/** Adds a hook that git runs here. */
export function hookIn(gitFolder: string, name: string, script: string): void {
  put(gitFolder, `hooks/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(join(gitFolder, "hooks", name), 0o755);
}

export const P = "prompts/p.prompt.yml";

/** Both prompts at their first version. */
export const FIRST = ["prompts/p/v1", "prompts/q/v1"];
