import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { digestOf } from "../../core/canonical.ts";
import { AgentopsError } from "../../core/errors.ts";
import { displayPath, namesIn, type Project, readBytes } from "../../core/project.ts";
import { didYouMean } from "../../core/suggest.ts";
import { decodeText } from "../../core/utf8.ts";
import { parseYamlAs, readYaml } from "../../core/yaml.ts";
import type { LoadedSuite } from "./loaded-suite.ts";
import { absentFile, absentIn, type Wanted } from "../../registry/absent.ts";
import { PROMPT_FILE } from "../../registry/files.ts";
import { loadPromptSuite, promptFileNamed, promptSuites } from "./prompt-suite.ts";
import type { DataFile } from "./records.ts";
import { type Suite, SUITE_KEY_ALIASES, suiteSchema } from "./schema.ts";

export type { LoadedSuite } from "./loaded-suite.ts";

const SUITES = "evals";
const SUITE_FILE = /\.suite\.ya?ml$/;

export function isSuiteFile(file: string): boolean {
  return SUITE_FILE.test(file);
}

/** Suite files under `evals/`, sorted by path; absolute. */
export async function findSuiteFiles(root: string): Promise<string[]> {
  const folder = join(root, SUITES);
  const names = await namesIn(root, SUITES, { fits: isSuiteFile, recursive: true });
  return names.sort().map((n) => join(folder, n));
}

/** What {@link absentOfEach} asks of suites. */
export const SUITE_FILES: Wanted = { folders: [SUITES], fits: isSuiteFile };

/** Loads suites by name or path, also of GitHub Models files; all of them without names. Throws SUITE_NOT_FOUND, FILE_INVALID. */
export async function loadSuites(project: Project, names: readonly string[], cwd: string): Promise<LoadedSuite[]> {
  if (names.length === 0) {
    const { suites, passedOver } = await allSuites(project);
    if (suites.length > 0) return suites;
    const absent = await absentIn(project, [SUITES], isSuiteFile);
    if (absent !== null) throw absent;
    const alone =
      passedOver.length === 0 ? "" : ` (${passedOver.join(", ")}: testData or evaluators alone judge nothing)`;
    throw new AgentopsError("SUITE_NOT_FOUND", `no suites: nothing matches evals/*.suite.yml${alone}`, {
      hint: "agentops init writes a working example; a prompt file with testData and evaluators is a suite too",
    });
  }
  const files = await findSuiteFiles(project.root);
  return Promise.all(names.map((name) => named(project, files, name, cwd)));
}

/** All suites of a project: where it has no suite files, those that its prompt files carry. */
export async function allSuites(project: Project): Promise<{ suites: LoadedSuite[]; passedOver: string[] }> {
  const files = await findSuiteFiles(project.root);
  if (files.length > 0) return { suites: await Promise.all(files.map((f) => loadSuite(project, f))), passedOver: [] };
  const { suites, passedOver } = await promptSuites(project);
  const [first, ...others] = suites;
  if (first === undefined) return { suites, passedOver };
  const warnings = passedOver.map((file) => `${file}: not run: testData or evaluators alone judge nothing`);
  return { suites: [{ ...first, warnings: [...warnings, ...(first.warnings ?? [])] }, ...others], passedOver };
}

async function named(project: Project, files: readonly string[], name: string, cwd: string): Promise<LoadedSuite> {
  const path = resolve(cwd, name);
  const isFile = (await stat(path).catch(() => undefined))?.isFile() === true;
  if (PROMPT_FILE.test(name) && isFile) return loadPromptSuite(project, path);
  const carrying = name.endsWith(".prompt") ? await promptFileNamed(project, name) : undefined;
  if (carrying !== undefined) return loadPromptSuite(project, carrying);
  return loadSuite(project, await suiteFile(project, files, name, cwd));
}

async function suiteFile(project: Project, files: readonly string[], name: string, cwd: string): Promise<string> {
  const path = resolve(cwd, name);
  if (SUITE_FILE.test(name) && (await stat(path).catch(() => undefined))?.isFile() === true) return path;
  const byFile = files.find((f) => suiteName(f) === name);
  if (byFile !== undefined) return byFile;
  const absent = await absentIn(project, [SUITES], (path) => isSuiteFile(path) && suiteName(path) === name);
  if (absent !== null) throw absent;
  const known = files.map(suiteName);
  throw new AgentopsError(
    "SUITE_NOT_FOUND",
    `no suite "${name}" in ${displayPath(project.root, join(project.root, SUITES))}/`,
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
  const { value, spec, yaml } = suiteOf(text, display);
  return { spec, file: display, baseDir: dirname(file), digest: digestOf(value), bytes, yaml };
}

/** A suite with its cases, and what `equals` and `numeric` compare with, as they are written: 02134 is a text there and no number. */
function asWritten(text: string, file: string, plain: unknown): unknown {
  const written = readYaml(text, file, { numbers: "all" }).yaml?.value as Partial<Suite>;
  const suite = plain as Suite;
  const scorers = suite.scorers.map((scorer, i) => {
    const value = written.scorers?.[i];
    return "value" in scorer && isKeptAsWritten(scorer.type, value) ? { ...scorer, ...pickValue(value) } : scorer;
  });
  return { ...suite, ...(suite.cases !== undefined && { cases: written.cases }), scorers };
}

/** Of `numeric`, which reads a text as well: digits that no number could hold, and not the 0x1F of YAML. */
function isKeptAsWritten(type: string, written: Suite["scorers"][number] | undefined): boolean {
  if (/^(?:not-)?equals$/.test(type)) return true;
  return /^(?:not-)?numeric$/.test(type) && /^[-+]?[\d.]+$/.test(String(pickValue(written).value));
}

function pickValue(scorer: Suite["scorers"][number] | undefined): { value?: unknown } {
  return scorer !== undefined && "value" in scorer ? { value: scorer.value } : {};
}

/** The suite's `normalize` holds for every scorer that has none of its own. */
function normalized(spec: Suite): Suite {
  const { normalize } = spec;
  if (normalize === undefined) return spec;
  return { ...spec, scorers: spec.scorers.map((scorer) => ({ normalize, ...scorer })) };
}

/** A suite, and its value as written; throws FILE_INVALID at its first mistake. */
export function suiteOf(text: string, file: string): Pick<LoadedSuite, "spec" | "yaml"> & { value: unknown } {
  const { yaml } = parseYamlAs(suiteSchema, text, file, { aliases: SUITE_KEY_ALIASES });
  const value = asWritten(text, file, yaml.value);
  return { value, spec: normalized(suiteSchema.parse(value)), yaml };
}

/** A data file named in a suite: relative to the suite's folder. */
export function dataFile(project: Project, baseDir: string, named: string): DataFile {
  const path = resolve(baseDir, named);
  const file = displayPath(project.root, path);
  return { file, path, absent: () => absentFile(project, file) };
}
