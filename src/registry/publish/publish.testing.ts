import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { AgentopsError } from "../../core/errors.ts";
import { publish } from "./publish.ts";
import { agentText, gitProject, promptText, type TempProject, tempFolder } from "../temp-project.testing.ts";

export const FILE = "prompts/triage.prompt.yml";
export const TRIAGE = { [FILE]: promptText("triage") };
export const WITH_AGENT = { ...TRIAGE, "agents/desk.agent.yml": agentText("desk", "triage") };

export async function failure(action: Promise<unknown>): Promise<AgentopsError> {
  const error: unknown = await action.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(AgentopsError);
  return error as AgentopsError;
}

export function edit(temp: TempProject, content: string): Promise<void> {
  return temp.write(FILE, promptText("triage", content));
}

/** What must be as before when a publish was refused; with `locked`, what can be asked while the index is. */
export async function state(temp: TempProject, locked = false) {
  return {
    index: locked ? "" : await temp.git("status", "--porcelain=v2"),
    marks: await temp.git("ls-files", "-s", "-v"),
    head: await temp.git("rev-parse", "--verify", "--quiet", "HEAD").catch(() => "none"),
    staged: await temp.git("diff", "--cached"),
    tags: await temp.git("tag"),
  };
}

/** Something that publish refuses, of an agent and its prompt. */
export interface Refusal {
  prepare: (temp: TempProject) => Promise<unknown>;
  says: RegExp;
  hint: RegExp;
  /** Files on disk are others afterwards: that was the hook. */
  rewrites?: boolean;
}

/** Publishes what is refused, and expects that nothing is left of it. */
export async function refused({ prepare, says, hint, rewrites = false }: Refusal): Promise<void> {
  const temp = await gitProject(WITH_AGENT);
  await prepare(temp);
  const before = await state(temp);
  const error = await failure(publish(temp.project, {}));
  expect([error.code, error.message]).toEqual(["CHECKOUT_INVALID", expect.stringMatching(says)]);
  expect(error.hint).toMatch(hint);
  const after = await state(temp);
  expect(rewrites ? { ...after, index: before.index } : after).toEqual(before);
}

export async function hook(temp: TempProject, name: string, ...script: string[]): Promise<void> {
  await temp.write(`.git/hooks/${name}`, `#!/bin/sh\n${script.join(" ")}\n`);
  await chmod(join(temp.root, `.git/hooks/${name}`), 0o755);
}

export async function sshKey(): Promise<string> {
  const { execFileSync } = await import("node:child_process");
  const key = join(await tempFolder(), "id");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "ada@example.com", "-f", key]);
  return key;
}
