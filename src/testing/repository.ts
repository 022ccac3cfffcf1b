import { readFileSync } from "node:fs";
import { join } from "node:path";
import { copyOfMade, git, put, sampleRepository, tempProject } from "./project.ts";

/** A project in a git repository of its own, on `main`, committed. */
export async function repositoryOf(files: Record<string, string>): Promise<string> {
  const dir = tempProject({ ".gitignore": ".agentops/state.db*\n", ...files });
  await git(dir, "init", "-q", "-b", "main");
  await commitAll(dir, "Start");
  return dir;
}

export async function commitAll(dir: string, message: string): Promise<void> {
  await git(dir, "add", "-A");
  await git(dir, "commit", "-q", "-m", message);
}

/** Starts a branch off another one, with a file changed in it; nothing changed is an error of the test. */
export async function branchWith(dir: string, name: string, file: string, change: Edit, from = "main"): Promise<void> {
  await git(dir, "checkout", "-q", "-b", name, from);
  edit(dir, file, change);
  await commitAll(dir, name);
}

type Edit = (text: string) => string;

export function edit(dir: string, file: string, change: Edit): void {
  const before = readFileSync(join(dir, file), "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${file} was not changed`);
  put(dir, file, after);
}

const TRIAGE = "prompts/support-triage.prompt.yml";
const DESK = "prompts/refund-desk.prompt.yml";

/**
 * The sample project with a prompt that knows no technical tickets on `main`, and four branches: `worse` forgets the returns
 * too, `better` learns the technical ones, `comment` changes no meaning, `few` changes what 22 cases cannot judge.
 */
export function pullRequests(): Promise<string> {
  return copyOfMade("pull requests", madePullRequests);
}

async function madePullRequests(): Promise<string> {
  const dir = await sampleRepository();
  const rule = (name: string) => new RegExp(`^ *- ${name}: .*\n`, "m");
  const whole = readFileSync(join(dir, TRIAGE), "utf8");
  edit(dir, TRIAGE, (text) => text.replace(rule("technical"), ""));
  await commitAll(dir, "No technical tickets");
  await branchWith(dir, "worse", TRIAGE, (text) => text.replace(rule("returns"), ""));
  await branchWith(dir, "better", TRIAGE, () => whole);
  await branchWith(dir, "comment", TRIAGE, (text) => `${text}# to be continued\n`);
  await branchWith(dir, "few", DESK, (text) => text.replace(", legal", "").replace(", track", ""));
  return dir;
}
