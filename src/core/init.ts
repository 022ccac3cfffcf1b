import { copyFile, readdir, stat } from "node:fs/promises";
import { constants } from "node:fs";
import { dirname, join } from "node:path";
import { ignoreItself, makeFolder } from "./folder.ts";
import { writeFailed } from "./write-failed.ts";

export interface InitResult {
  schema: "agentops.init/1";
  dir: string;
  /** Relative paths that were written. */
  created: string[];
  /** Relative paths that were there already and stay as they are. */
  kept: string[];
}

/** The sample project that ships with the package; its files are the ones its own tests run. */
const SAMPLE = [
  "agentops.config.yaml",
  "prompts",
  "agents",
  "evals",
  "runbooks",
  "fixtures/support-triage.jsonl",
  "fixtures/refund-desk.jsonl",
  "fixtures/traffic.mjs",
  // Those that the files name, for an editor.
  "schemas/agent.schema.json",
  "schemas/config.schema.json",
  "schemas/prompt.schema.json",
  "schemas/suite.schema.json",
];

/** Writes a working project into a folder, made if missing. Never overwrites a file. */
export async function initProject(dir: string, packageRoot: string): Promise<InitResult> {
  const result: InitResult = { schema: "agentops.init/1", dir, created: [], kept: [] };
  needFolder(dir);
  for (const path of (await Promise.all(SAMPLE.map((p) => filesUnder(packageRoot, p)))).flat()) {
    needFolder(dirname(join(dir, path)));
    const fresh = await copyFile(join(packageRoot, path), join(dir, path), constants.COPYFILE_EXCL).then(
      () => true,
      existed,
    );
    (fresh ? result.created : result.kept).push(path);
  }
  const own = join(dir, ".agentops");
  needFolder(own);
  (ignoreItself(own) ? result.created : result.kept).push(".agentops/.gitignore");
  return result;
}

function needFolder(dir: string): void {
  try {
    makeFolder(dir);
  } catch (error) {
    throw writeFailed(`cannot make the folder ${dir}`, error);
  }
}

async function filesUnder(root: string, path: string): Promise<string[]> {
  if (!(await stat(join(root, path))).isDirectory()) return [path];
  const names = await readdir(join(root, path));
  return names.sort().map((name) => `${path}/${name}`);
}

function existed(error: unknown): false {
  if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
  throw writeFailed(`cannot write the project: ${(error as Error).message}`, error);
}
