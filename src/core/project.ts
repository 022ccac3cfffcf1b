import { lstat, readdir, readFile, readlink, realpath, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { type Config, configSchema } from "./config.schema.ts";
import { storeIn } from "./configured-store.ts";
import { AgentopsError } from "./errors.ts";
import { CONFIG_FILE, configAbove } from "./location.ts";
import { redactor, type Redact } from "./redact.ts";
import type { Ref } from "./refs.ts";
import { decodeText } from "./utf8.ts";
import { parseYamlAs } from "./yaml.ts";

/** A loaded project: where it is and what it says. Every path a user sees is relative to `root`. */
export interface Project {
  /** Absolute folder that holds the config file. */
  root: string;
  /** Absolute path of the config file. */
  configFile: string;
  config: Config;
  /** `--env`, or the last of `environments`, or "production". */
  environment: string;
  env: NodeJS.ProcessEnv;
  /** Aborted with what to end with when somebody asks the process to stop: nothing new is begun then. */
  signal?: AbortSignal;
  /** Removes the values of every secret the config names. */
  redact: Redact;
  /** The version that `@stable` or `@candidate` is in this environment; null where nothing is. Only who has a store can tell. */
  served?: (ref: Ref) => Promise<Ref | null>;
  /** The digests that versions were first released with, in their order; null where one never was, or no store here can tell. */
  released?: (versions: readonly VersionName[]) => Promise<(string | null)[]>;
  /** Tells the person what does not stop the command, or is left out of an answer and why; nobody is told where there is none. */
  warn?: (line: string) => void;
}

/** A version as it is named. */
export interface VersionName {
  /** `prompts/NAME` or `agents/NAME`. */
  address: string;
  /** `v7`. */
  version: string;
}

export interface ProjectOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** `--config`; wins over AGENTOPS_CONFIG, which wins over the search upwards from `cwd`. */
  configFile?: string | undefined;
  environment?: string | undefined;
}

/** Finds and loads the project; throws CONFIG_NOT_FOUND, CONFIG_INVALID. */
export async function loadProject(options: ProjectOptions): Promise<Project> {
  const { env } = options;
  const configFile = await findConfig(options);
  const root = dirname(configFile);
  const text = await readText(configFile);
  const { value: config } = parseYamlAs(configSchema, text, relative(root, configFile), { code: "CONFIG_INVALID" });
  if (config.store !== storeIn(text).value)
    throw new AgentopsError("CONFIG_INVALID", `${relative(root, configFile)}: store: is one text on its own line`, {
      hint: "store: postgres://agentops@db.example/agentops   as kill and agents read it, which wait for nothing else in the file",
    });
  const environments = config.environments ?? ["production"];
  const last = environments.at(-1) ?? "production";
  const environment = options.environment ?? env["AGENTOPS_ENV"] ?? last;
  if (!environments.includes(environment)) {
    throw new AgentopsError("CONFIG_INVALID", `unknown environment "${environment}"`, {
      hint: `environments in ${CONFIG_FILE}: ${environments.join(", ")}`,
    });
  }
  return { root, configFile, config, environment, env, redact: redactor(secretsOf(config, env)) };
}

async function findConfig({ cwd, env, configFile }: ProjectOptions): Promise<string> {
  const given = configFile ?? env["AGENTOPS_CONFIG"];
  if (given !== undefined && given !== "") {
    const file = resolve(cwd, given);
    if (await isFile(file)) return file;
    throw new AgentopsError("CONFIG_NOT_FOUND", `no config file at ${given}`);
  }
  const found = configAbove(cwd);
  if (found !== undefined) return found;
  throw new AgentopsError("CONFIG_NOT_FOUND", `no ${CONFIG_FILE} here or in any folder above`, {
    hint: "agentops init writes a working project; -C DIR runs in another folder",
  });
}

/** The values of the secrets that a config names, and of those that providers' packages read by themselves; undefined where one is not set. */
export function secretsOf(config: Config, env: NodeJS.ProcessEnv): (string | undefined)[] {
  const defaults = [
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "GOOGLE_GENERATIVE_AI_API_KEY",
    "AZURE_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
  ];
  const named = Object.values(config.models ?? {}).flatMap((m) => [
    ...("apiKeyEnv" in m && m.apiKeyEnv !== undefined ? [m.apiKeyEnv] : []),
    ...("env" in m ? (m.env ?? []) : []),
  ]);
  return [...defaults, ...named].map((name) => env[name]);
}

/** Reads a text file a user named; throws FILE_NOT_FOUND with the path, or FILE_INVALID for a folder or a binary file. */
export async function readText(file: string): Promise<string> {
  return decodeText(await readBytes(file), file);
}

/** The bytes of a file a user named; throws as {@link readText} does. */
export async function readBytes(file: string): Promise<Uint8Array> {
  return readFile(file).catch(async (error: unknown) => {
    await refuseDangling(file);
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new AgentopsError("FILE_NOT_FOUND", `no such file: ${file}`, { cause: error });
    throw new AgentopsError("FILE_INVALID", `cannot read ${file}: ${code ?? "unknown error"}`, { cause: error });
  });
}

/** A file that is named but cannot be opened is no file that is not there: a link, whose target may not be checked out. Throws FILE_INVALID. */
export async function refuseDangling(path: string, label = path): Promise<void> {
  const isLink = await lstat(path).then((found) => found.isSymbolicLink(), () => false); // prettier-ignore
  if (!isLink || (await stat(path).catch(codeOf)) !== "ENOENT") return;
  throw brokenLink(label, "nowhere", await readlink(path));
}

export function brokenLink(label: string, why: "out" | "nowhere", to: string): AgentopsError {
  const where = why === "out" ? "out of the repository, and no commit has what is there" : "nowhere";
  return new AgentopsError("FILE_INVALID", `${label}: a link that leads ${where}: ${to}`, {
    hint: "put the file itself in its place, or what the link names",
  });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/**
 * The names in a folder of the project that fit; none where there is no such folder. Throws FILE_INVALID where it cannot be looked into, or what is
 * there is no folder: that would look like a project that has none of its files.
 */
export async function namesIn(
  root: string,
  folder: string,
  { fits, recursive = false }: { fits: (name: string) => boolean; recursive?: boolean },
): Promise<string[]> {
  const path = join(root, folder);
  const names = await readdir(path, { recursive }).catch((error: unknown) => codeOf(error) ?? "unknown error");
  if (typeof names !== "string") {
    await refuseLoop(root, folder);
    return names.filter(fits);
  }
  if (names === "ENOTDIR")
    throw new AgentopsError(
      "FILE_INVALID",
      `${folder} is not a folder (a link checked out as text: core.symlinks=false?)`,
      {
        hint: `git config core.symlinks true && git checkout -- ${folder}   or put a folder in its place`,
      },
    );
  if (names !== "ENOENT") throw new AgentopsError("FILE_INVALID", `cannot read ${folder}/: ${names}`);
  await refuseDangling(path, folder);
  const there = await readdir(root).catch(() => []);
  const like = there.find((name) => name.toLowerCase() === folder);
  const others = like === undefined ? [] : await readdir(join(root, like), { recursive }).catch(() => []);
  if (like === undefined || !others.some(fits)) return [];
  throw new AgentopsError("FILE_INVALID", `${like}/ is not looked at: the folder is called ${folder}/`, {
    hint: `git mv ${like} ${folder}`,
  });
}

/** A folder that is a link to one the project lies in has the whole project in it, and none of what belongs there. */
async function refuseLoop(root: string, folder: string): Promise<void> {
  const path = join(root, folder);
  if (!(await lstat(path)).isSymbolicLink()) return;
  const [real, own] = await Promise.all([realpath(path), realpath(root)]);
  if (own !== real && !own.startsWith(real.endsWith(sep) ? real : real + sep)) return;
  throw new AgentopsError(
    "FILE_INVALID",
    `${folder} is a link to the folder that the project is in: ${await readlink(path)}`,
    {
      hint: "put a folder in its place",
    },
  );
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (s) => s.isFile(),
    () => false,
  );
}

/** A path as the user sees it: relative to the project root, forward slashes. */
export function displayPath(root: string, absolute: string): string {
  return relative(root, absolute).split(sep).join("/") || ".";
}
