import { basename, dirname, join } from "node:path";
import { digestOf } from "../../core/canonical.ts";
import { AgentopsError, messageOf } from "../../core/errors.ts";
import { positionOf, throwOnErrors } from "../../core/problems.ts";
import { displayPath, type Project, readBytes } from "../../core/project.ts";
import { NAME_PATTERN } from "../../core/refs.ts";
import { decodeText } from "../../core/utf8.ts";
import { type Path, readYaml, type YamlFile } from "../../core/yaml.ts";
import { formatPath } from "../../core/zod-issues.ts";
import { addressOf, artifactFileOf, PROMPT_FILE } from "../../registry/files.ts";
import { readable } from "../../registry/github-format.ts";
import { readPromptText } from "../../registry/read.ts";
import { worktreeSource } from "../../registry/source.ts";
import { fill } from "../../scorers/github/fill.ts";
import { evaluatorProblems, type GithubSuite, scorersOf } from "./github-evaluators.ts";
import type { Suite } from "./schema.ts";
import type { LoadedSuite } from "./loaded-suite.ts";

/**
 * The suite that a GitHub Models file carries: its `testData` as cases, its `evaluators` as scorers. A file in `prompts/` is judged as
 * that artifact, one elsewhere as itself. Throws FILE_INVALID with its line for what cannot be run, NO_CASES for one that judges nothing.
 */
export async function loadPromptSuite(project: Project, path: string): Promise<LoadedSuite> {
  return promptSuiteOf(project, path, await readBytes(path));
}

/** The same of a file's bytes, of another day say. */
export async function promptSuiteOf(project: Project, path: string, bytes: Uint8Array): Promise<LoadedSuite> {
  const file = displayPath(project.root, path);
  const text = decodeText(bytes, file);
  const name = basename(path).replace(PROMPT_FILE, "");
  const prompt = await readPromptText(text, file, name);
  const { yaml } = readYaml(text, file) as { yaml: YamlFile };
  const { value: given, problems } = evaluatorProblems(yaml);
  throwOnErrors(problems);
  const { testData, evaluators } = given as GithubSuite;
  refuseEmpty(file, given as GithubSuite);
  checkTemplates(yaml, given as GithubSuite);
  const isArtifact = displayPath(project.root, dirname(path)) === "prompts" && NAME_PATTERN.test(name);
  const spec: Suite = {
    // Not the name of a suite of the same name: their runs are of other cases.
    name: `${name}.prompt`,
    ...(isArtifact && { target: addressOf("prompts", name) }),
    cases: testData.map((vars) => ({ vars, ...("expected" in vars && { expected: vars["expected"] }) })),
    scorers: scorersOf(given as GithubSuite),
  };
  const unsent = readable(yaml.value).ignored.filter(([first]) => first === "modelParameters");
  const warnings = [
    ...problems.map((one) => `${positionOf(one)}: ${one.message}`),
    ...unsent.map(
      (at) => `${positionOf({ file, ...yaml.locate(at, "key") })}: ${formatPath(at)} is not sent to the model`,
    ),
  ];
  return {
    ...{ spec, file, warnings, baseDir: dirname(path), bytes },
    digest: digestOf({ testData, evaluators }),
    yaml: { ...yaml, locate: (at, part) => yaml.locate(asWritten(at), part) },
    ...(!isArtifact && { prompt: { ...prompt, version: null } }),
  };
}

/** What of a suite stands where in a prompt file. */
function asWritten([first, ...rest]: Path): Path {
  const written = first === "cases" ? "testData" : first === "scorers" ? "evaluators" : first;
  const keys = written === "evaluators" && rest[1] === "model" ? [rest[0], "llm", "modelId"] : rest;
  return [written, ...keys].filter((key) => key !== undefined);
}

/** The suites of all prompts that have testData and evaluators, and the files that have one of them only, so that nothing can be judged. */
export async function promptSuites(project: Project): Promise<{ suites: LoadedSuite[]; passedOver: string[] }> {
  const files = await worktreeSource(project.root).list("prompts");
  const suites: LoadedSuite[] = [];
  const passedOver: string[] = [];
  for (const { path } of files) {
    const text = decodeText(await readBytes(join(project.root, path)), path);
    const given = readYaml(text, path).yaml?.value as { testData?: unknown; evaluators?: unknown } | null | undefined;
    const parts = [given?.testData, given?.evaluators].filter((part) => Array.isArray(part) && part.length > 0);
    if (parts.length === 2) suites.push(await loadPromptSuite(project, join(project.root, path)));
    if (parts.length === 1) passedOver.push(path);
  }
  return { suites, passedOver };
}

/** The file of a suite called as such suites are: `NAME.prompt`. */
export async function promptFileNamed(project: Project, name: string): Promise<string | undefined> {
  const files = await worktreeSource(project.root).list("prompts");
  const found = files.find(
    (file) => artifactFileOf("prompts", basename(file.path)) !== null && `${file.name}.prompt` === name,
  );
  return found && join(project.root, found.path);
}

function refuseEmpty(file: string, { testData, evaluators }: GithubSuite): void {
  if (testData.length > 0 && evaluators.length > 0) return;
  const lost = testData.length === 0 ? "testData" : "evaluators";
  const why = testData.length === 0 ? "there is no case to run" : "every answer would pass";
  throw new AgentopsError("NO_CASES", `${file}: no ${lost}: ${why}`, {
    hint: `add ${lost}: to the file, or judge its prompt by a suite: evals/NAME.suite.yml`,
  });
}

/** A variable that a case lacks is found before the first answer is paid for. */
function checkTemplates(yaml: YamlFile, { testData, evaluators }: GithubSuite): void {
  for (const [i, { string, llm }] of evaluators.entries()) {
    const templates = [...Object.values(string ?? {}), llm?.prompt].filter((one) => one !== undefined);
    for (const [n, vars] of testData.entries()) {
      try {
        for (const template of templates) fill(template, llm === undefined ? vars : { ...vars, completion: "" });
      } catch (error) {
        const at = positionOf({ file: yaml.file, ...yaml.locate(["evaluators", i]) });
        throw new AgentopsError("FILE_INVALID", `${at}: testData[${n}]: ${messageOf(error)}`, {
          hint: "a variable stands in every entry of testData; {{completion}}, the answer, in prompts of llm: only",
        });
      }
    }
  }
}
