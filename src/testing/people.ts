import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { agentops, copyOfMade, git, put, type Ran, sampleRepository, tempProject } from "./project.ts";
import { newStoreAddress } from "./store.ts";

export const TARGET = "prompts/support-triage";
export const SIGNERS = ".agentops/allowed_signers";

/** A repository with a store of its own. */
export interface Scene {
  dir: string;
  store: string;
  run: (args: string[], env?: NodeJS.ProcessEnv) => Promise<Ran>;
  /** Commits one file on the branch that is checked out. */
  commit: (path: string, text: string) => Promise<void>;
}

/** v1 and v2 of a prompt, published by Ada. */
export async function publishedByAda(): Promise<Scene> {
  const dir = await copyOfMade("published by Ada", made);
  const { location: store } = await newStoreAddress();
  const run = (args: string[], env: NodeJS.ProcessEnv = {}) => agentops(dir, args, { AGENTOPS_STORE: store, ...env });
  const commit = async (path: string, text: string) => {
    put(dir, path, text);
    await git(dir, "add", "-f", path);
    await git(dir, "commit", "-q", "-m", path);
  };
  return { dir, store, run, commit };
}

async function made(): Promise<string> {
  const dir = await sampleRepository();
  const file = `${TARGET}.prompt.yml`;
  for (const word of ["Send", "Sort"]) {
    put(dir, file, readFileSync(join(dir, file), "utf8").replace(/Route|Send/, word));
    const { code, stderr } = await agentops(dir, ["publish", "support-triage"]);
    if (code !== 0) throw new Error(stderr);
  }
  return dir;
}

/** A config whose production asks for something, and for nothing else. */
export function policyConfig(policy: string, more = ""): string {
  return `project: drill\nmodels: { offline: { kind: offline } }\npolicy: { production: { evidence: false, override: false, rollout: optional, ${policy} } }\n${more}`;
}

/** A key of its own, as `ssh-keygen` makes it. */
export function newKey(): string {
  const key = join(tempProject(), "id");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]);
  return key;
}

/** A line of the list of signers. */
export function signerLine(who: string, key: string, options = ""): string {
  return `${who} ${options}${readFileSync(`${key}.pub`, "utf8")}`;
}

/** What git's settings say of a person who signs with a key. */
export function personWith(key: string | null, name = "Somebody", email = "somebody@example.com"): NodeJS.ProcessEnv {
  const person = { GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
  if (key === null) return person;
  const format = { GIT_CONFIG_KEY_0: "gpg.format", GIT_CONFIG_VALUE_0: "ssh" };
  const signing = { GIT_CONFIG_KEY_1: "user.signingkey", GIT_CONFIG_VALUE_1: `${key}.pub` };
  return { ...person, GIT_CONFIG_COUNT: "2", ...format, ...signing };
}
