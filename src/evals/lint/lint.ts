import { basename } from "node:path";
import { AgentopsError } from "../../core/errors.ts";
import type { Problem } from "../../core/problems.ts";
import { displayPath, type Project, readText } from "../../core/project.ts";
import { noTextProblem } from "../../core/utf8.ts";
import { type StandIns, validPart } from "../../core/valid-part.ts";
import { checkYaml, readYaml, type YamlFile } from "../../core/yaml.ts";
import { byPlace, lintArtifacts } from "../../registry/lint/lint.ts";
import { notAllowed } from "../../registry/lint/allow.ts";
import type { LastVerdicts } from "../../registry/lint/file.ts";
import { lintConfig } from "../../registry/lint/config.ts";
import { secretProblems } from "../../registry/lint/secrets.ts";
import { addressOf, KINDS } from "../../registry/files.ts";
import { worktreeSource } from "../../registry/source.ts";
import { lintData } from "./data.ts";
import { lintEvaluators } from "./evaluators.ts";
import { filesOf, lintSuite } from "./suite.ts";
import { lintWritten } from "./written.ts";
import { type Suite, SUITE_KEY_ALIASES, suiteKeys, suiteSchema } from "../dataset/schema.ts";
import { findSuiteFiles } from "../dataset/suite.ts";

export interface Lint {
  schema: "agentops.lint/1";
  /** Files looked at. */
  files: number;
  errors: number;
  warnings: number;
  problems: Problem[];
}

interface SuiteFile {
  path: string;
  file: string;
  text: string;
  yaml?: YamlFile;
  spec?: Suite;
  problems: Problem[];
  secrets?: Problem[];
}

/**
 * Checks every file of a project, or only the artifacts named. The config was checked when the project was loaded. `verdicts` is what stored runs say,
 * from whoever has them open.
 */
export async function lintProject(
  project: Project,
  only: readonly string[] = [],
  { verdicts }: { verdicts?: LastVerdicts } = {},
): Promise<Lint> {
  const all = await Promise.all((await findSuiteFiles(project.root)).map((path) => readSuite(project, path)));
  // What suites say of an artifact is looked at whoever is named; the suites themselves only where all is.
  const suites = only.length > 0 ? [] : all;
  const names = all.flatMap((s) => (s.spec === undefined ? [] : [s.spec.name]));
  const artifacts = await lintArtifacts(project, { only, suites: names, judged: judgedBy(all), verdicts });
  const suiteProblems = await Promise.all(suites.map((s) => problemsOf(project, s, suites)));
  const evaluators = await lintEvaluators(project, only);
  const data = await lintDataOf(project, suites);
  const problems = [
    ...[...artifacts, ...evaluators].sort(byPlace),
    ...suiteProblems.flat(),
    ...data,
    ...(only.length > 0 ? [] : await lintConfig(project)),
  ].filter(notAllowed(project));
  const errors = problems.filter((p) => p.severity === "error").length;
  const listed = await Promise.all(KINDS.map((kind) => worktreeSource(project.root).list(kind)));
  const files = only.length > 0 ? only.length : listed.flat().length + suites.length + 1;
  return { schema: "agentops.lint/1", files, errors, warnings: problems.length - errors, problems };
}

/** Suites by the address that they are about; a bare name may be of either kind. */
function judgedBy(suites: readonly SuiteFile[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { spec } of suites) {
    const target = spec?.target?.replace(/@.*$/, "");
    if (spec === undefined || target === undefined) continue;
    const addresses = target.includes("/") ? [target] : KINDS.map((kind) => addressOf(kind, target));
    for (const address of addresses) found.set(address, [...(found.get(address) ?? []), spec.name]);
  }
  return found;
}

/** Many suites may run on one file. */
async function lintDataOf(project: Project, suites: readonly SuiteFile[]): Promise<Problem[]> {
  const named = suites.flatMap(({ spec, path }) => (spec === undefined ? [] : filesOf(project, { spec, path })));
  const found: Problem[] = [];
  for (const data of new Map(named.map((each) => [each.path, each])).values())
    found.push(...(await lintData(project, data)));
  return found;
}

async function readSuite(project: Project, path: string): Promise<SuiteFile> {
  const file = displayPath(project.root, path);
  const text = await textOrProblem(path, file);
  if (typeof text !== "string") return { path, file, text: "", problems: [text] };
  const read = readYaml(text, file);
  if (read.yaml === undefined) return { path, file, text, problems: read.problems };
  const secrets = secretProblems(project, text, file);
  const checked = checkYaml(suiteSchema, read.yaml, SUITE_KEY_ALIASES);
  const spec = checked.value ?? validPart(suiteKeys, read.yaml.value, standInsFor(path));
  return {
    path,
    file,
    text,
    yaml: read.yaml,
    problems: checked.problems,
    secrets,
    ...(spec !== undefined && { spec }),
  };
}

/** A suite without a name that can be one is called as its file, and what is no scorer is one that nothing is to be said of. */
function standInsFor(path: string): StandIns {
  return {
    missing: { name: nameOf(path), scorers: [NO_SCORER] },
    item: (written, list) => (list === "scorers" ? { ...NO_SCORER, ...keptOf(written) } : {}),
  };
}

const NO_SCORER = { type: "is-refusal" };

/** What gates ask of a scorer. */
function keptOf(written: unknown): object {
  const category = (written as { category?: unknown } | null)?.category;
  return typeof category === "string" && category !== "" ? { category } : {};
}

function nameOf(path: string): string {
  return basename(path).replace(/\.suite\.ya?ml$/, "");
}

async function textOrProblem(path: string, file: string): Promise<string | Problem> {
  try {
    return await readText(path);
  } catch (error) {
    const problem = error instanceof AgentopsError ? noTextProblem(error, file) : undefined;
    if (problem === undefined) throw error;
    return problem;
  }
}

async function problemsOf(project: Project, suite: SuiteFile, all: readonly SuiteFile[]): Promise<Problem[]> {
  const { spec, yaml, file, path, text } = suite;
  // Only where suites are looked at: it comes with the statistics that plan them.
  const { lintClusters } = await import("./clusters.ts");
  if (spec === undefined || yaml === undefined) return [...suite.problems, ...(suite.secrets ?? [])];
  const at = yaml.locate(["name"]);
  const twin = all.find((s) => s !== suite && s.spec?.name === spec.name);
  const problems: Problem[] = [...suite.problems, ...(suite.secrets ?? [])];
  if (twin !== undefined)
    problems.push({
      severity: "error",
      rule: "duplicate-name",
      file,
      ...at,
      message: `another suite is called "${spec.name}": ${twin.file}`,
    });
  if (spec.name !== nameOf(path))
    problems.push({
      severity: "error",
      rule: "name-mismatch",
      file,
      ...at,
      message: `the suite is called "${spec.name}" but its file ${basename(path)}`,
    });
  return [
    ...problems,
    ...(await lintSuite(project, { spec, yaml, path })),
    ...(await lintWritten(project, { spec, path, file, text })),
    ...(await lintClusters(project, { spec, yaml, path })),
  ];
}
