import { AgentopsError } from "../../core/errors.ts";
import type { Problem } from "../../core/problems.ts";
import { notUtf8Problem } from "../../core/utf8.ts";
import { checkYaml, readYaml } from "../../core/yaml.ts";
import type { ArtifactFile } from "../files.ts";
import { agentSchema, ARTIFACT_KEY_ALIASES, promptSchema } from "../schema.ts";
import type { Source } from "../source.ts";
import type { LintFile } from "./file.ts";

/** Reads one file for lint; what is wrong with its form comes back as problems. */
export async function readForLint(
  source: Source,
  artifact: ArtifactFile,
): Promise<{ file?: LintFile; problems: Problem[] }> {
  const text = await textOf(source, artifact);
  if (typeof text !== "string") return { problems: [text] };
  const { yaml, problems } = readYaml(text, artifact.path);
  // After the first syntax error the parser guesses; what it says then is noise.
  if (!yaml) return { problems: problems.slice(0, 1).map((p) => withQuoteHint(p, text)) };
  const file: LintFile = { ...artifact, text, yaml };
  const checked = checkFile(file);
  return { file: checked.file, problems: checked.problems.map((p) => withQuoteHint(p, text)) };
}

function checkFile(file: LintFile): { file: LintFile; problems: Problem[] } {
  if (file.kind === "prompts") {
    const { value, problems } = checkYaml(promptSchema, file.yaml, ARTIFACT_KEY_ALIASES);
    return { file: { ...file, ...(value && { prompt: value }) }, problems };
  }
  const { value, problems } = checkYaml(agentSchema, file.yaml, ARTIFACT_KEY_ALIASES);
  return { file: { ...file, ...(value && { agent: value }) }, problems };
}

/** `content: {{x}}` is a mapping to YAML, which everybody who writes templates runs into once. */
function withQuoteHint(problem: Problem, text: string): Problem {
  const line = text.split("\n")[problem.line - 1] ?? "";
  const quote = problem.rule !== "unknown-key" && /[:-]\s+\{\{/.test(line);
  return quote ? { ...problem, hint: "put quotes around a value that starts with {{" } : problem;
}

async function textOf(source: Source, { path }: ArtifactFile): Promise<string | Problem> {
  const unreadable = (message: string): Problem => {
    return { severity: "error", rule: "unreadable", file: path, line: 1, column: 1, message };
  };
  try {
    return (await source.read(path)) ?? unreadable("the file cannot be read: it is a broken link or was just removed");
  } catch (error) {
    const place = error instanceof AgentopsError ? notUtf8Problem(error, path) : undefined;
    if (place !== undefined) return place;
    if (error instanceof AgentopsError) return unreadable(`the file cannot be read (${codeOf(error.cause)})`);
    throw error;
  }
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? "unknown error";
}
