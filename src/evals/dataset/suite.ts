import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { digestOf } from "../../core/canonical.ts";
import { AgentopsError } from "../../core/errors.ts";
import { displayPath, type Project, readBytes } from "../../core/project.ts";
import { didYouMean } from "../../core/suggest.ts";
import { decodeText } from "../../core/utf8.ts";
import { parseYamlAs, type YamlFile } from "../../core/yaml.ts";
import type { DataFile } from "./records.ts";
import { type Suite, SUITE_KEY_ALIASES, suiteSchema } from "./schema.ts";

export interface LoadedSuite {
  spec: Suite;
  /** Relative to the project root. */
  file: string;
  /** Absolute folder that relative paths in the suite start from. */
  baseDir: string;
  /** Digest of the suite as written. */
  digest: string;
  /** What was read. */
  bytes: Uint8Array;
  yaml: YamlFile;
}

const SUITE_FILE = /\.suite\.ya?ml$/;

/** Suite files under `evals/`, sorted by path; absolute. */
export async function findSuiteFiles(root: string): Promise<string[]> {
  const folder = join(root, "evals");
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names
    .filter((n) => SUITE_FILE.test(n))
    .sort()
    .map((n) => join(folder, n));
}

/** Loads suites by name or path; all of them without names. Throws SUITE_NOT_FOUND, FILE_INVALID. */
export async function loadSuites(project: Project, names: readonly string[], cwd: string): Promise<LoadedSuite[]> {
  const files = await findSuiteFiles(project.root);
  if (names.length === 0) {
    if (files.length > 0) return Promise.all(files.map((f) => loadSuite(project, f)));
    throw new AgentopsError("SUITE_NOT_FOUND", "no suites: nothing matches evals/*.suite.yml", {
      hint: "agentops init writes a working example",
    });
  }
  return Promise.all(names.map(async (name) => loadSuite(project, await suiteFile(project, files, name, cwd))));
}

async function suiteFile(project: Project, files: readonly string[], name: string, cwd: string): Promise<string> {
  const path = resolve(cwd, name);
  if (SUITE_FILE.test(name) && (await stat(path).catch(() => undefined))?.isFile() === true) return path;
  const byFile = files.find((f) => suiteName(f) === name);
  if (byFile !== undefined) return byFile;
  const known = files.map(suiteName);
  throw new AgentopsError(
    "SUITE_NOT_FOUND",
    `no suite "${name}" in ${displayPath(project.root, join(project.root, "evals"))}/`,
    { hint: didYouMean(name, known) },
  );
}

function suiteName(file: string): string {
  return basename(file).replace(SUITE_FILE, "");
}

async function loadSuite(project: Project, file: string): Promise<LoadedSuite> {
  const display = displayPath(project.root, file);
  const bytes = await readBytes(file);
  const text = decodeText(bytes, display);
  const { value: spec, yaml } = parseYamlAs(suiteSchema, text, display, { aliases: SUITE_KEY_ALIASES });
  return { spec, file: display, baseDir: dirname(file), digest: digestOf(yaml.value), bytes, yaml };
}

/** A data file named in a suite: relative to the suite's folder. */
export function dataFile(project: Project, baseDir: string, named: string): DataFile {
  const path = resolve(baseDir, named);
  return { file: displayPath(project.root, path), path };
}
