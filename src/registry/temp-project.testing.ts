import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { loadProject, type Project } from "../core/project.ts";
import { GIT_CONFIG } from "../testing/project.ts";

/** A project in a temporary folder, whose path has a space and a letter outside ASCII, as users' paths do. */
export interface TempProject {
  project: Project;
  root: string;
  /** Runs git in the project folder and returns its stdout, trimmed. */
  git: (...args: string[]) => Promise<string>;
  write: (path: string, text: string) => Promise<void>;
}

const identity = {
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
};

/** An environment that no setting of the machine's user reaches. */
export const testEnv: NodeJS.ProcessEnv = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  GIT_CONFIG_GLOBAL: GIT_CONFIG,
  GIT_CONFIG_SYSTEM: "/dev/null",
  ...identity,
};

export const CONFIG = "project: test\nmodels:\n  openai: { kind: openai, apiKeyEnv: OPENAI_API_KEY }\n";

export function promptText(name: string, content = "Route {{ticket}}."): string {
  return [
    `name: ${name}`,
    "model: openai/gpt-4o-2024-08-06",
    "messages:",
    `  - { role: user, content: ${JSON.stringify(content)} }`,
    "agentops:",
    "  owner: support",
    "  input: { type: object, required: [ticket], properties: { ticket: { type: string } } }",
    "",
  ].join("\n");
}

export function agentText(name: string, prompt: string): string {
  return `name: ${name}\nowner: { team: cx }\nprompt: ${prompt}\nmodel: openai/gpt-4.1-2025-04-14\n`;
}

const folders: string[] = [];

/** A new empty folder; {@link removeFolders} deletes it. */
export async function tempFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "agent ops-ü-")));
  folders.push(folder);
  return folder;
}

export async function removeFolders(): Promise<void> {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

export async function gitIn(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", args, { cwd, env: testEnv });
  return stdout.trim();
}

/** Opens the project in a folder that has a config file. */
export async function projectIn(root: string, env: NodeJS.ProcessEnv = testEnv): Promise<TempProject> {
  return {
    project: await loadProject({ cwd: root, env }),
    root,
    git: (...args) => gitIn(root, ...args),
    write: (path, text) => writeIn(root, path, text),
  };
}

/** A project without git, with the files given (path → text). */
export async function plainProject(files: Record<string, string> = {}, folder = ""): Promise<TempProject> {
  const root = join(await tempFolder(), folder);
  await writeIn(root, "agentops.config.yaml", CONFIG);
  for (const [path, text] of Object.entries(files)) await writeIn(root, path, text);
  return projectIn(root);
}

/** A project at the top of a git repository; its files are committed. */
export async function gitProject(files: Record<string, string> = {}): Promise<TempProject> {
  const temp = await plainProject(files);
  await temp.git("init", "-q", "-b", "main");
  await temp.git("add", "-A");
  await temp.git("commit", "-q", "-m", "start");
  return temp;
}

/** Two clones of one project, and the bare repository they share. */
export async function twoClones(
  files: Record<string, string>,
): Promise<{ a: TempProject; b: TempProject; bare: string }> {
  const seed = await gitProject(files);
  const folder = await tempFolder();
  const bare = join(folder, "origin.git");
  await gitIn(folder, "clone", "-q", "--bare", seed.root, bare);
  const clone = async (name: string) => {
    await gitIn(folder, "clone", "-q", bare, name);
    return projectIn(join(folder, name));
  };
  return { a: await clone("a"), b: await clone("b"), bare };
}

async function writeIn(root: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
