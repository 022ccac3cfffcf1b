import { AgentopsError } from "../../core/errors.ts";
import type { Problem } from "../../core/problems.ts";
import { noTextProblem } from "../../core/utf8.ts";
import { type StandIns, validPart } from "../../core/valid-part.ts";
import { checkYaml, type Path, readYaml } from "../../core/yaml.ts";
import type { ArtifactFile } from "../files.ts";
import { isGithubFormat, readable } from "../github-format.ts";
import { agentSchema } from "../agent.schema.ts";
import { ARTIFACT_KEY_ALIASES, promptSchema } from "../schema.ts";
import type { Source } from "../source.ts";
import { type LintFile, problemAt } from "./file.ts";

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

/** What a message says is looked at whoever is to say it. In a user's place everything may stand. */
const STAND_INS: StandIns = {
  missing: { messages: [{ role: "user", content: "" }] },
  item: (written, list) => {
    if (list !== "messages") return {};
    const content = (written as { content?: unknown } | null)?.content;
    return { role: "user", content: typeof content === "string" ? content : "" };
  },
};

function checkFile(file: LintFile): { file: LintFile; problems: Problem[] } {
  if (file.kind === "prompts") {
    const { value: seen, ignored } = readable(file.yaml.value);
    const { value = validPart(promptSchema, seen, STAND_INS), problems } = checkYaml(promptSchema, { ...file.yaml, value: seen }, ARTIFACT_KEY_ALIASES); // prettier-ignore
    const prompt = value && { ...value, name: value.name ?? file.name };
    const github = isGithubFormat(file.yaml.value);
    return {
      file: { ...file, github, ...(prompt && { prompt }) },
      problems: [...problems, ...ignored.map((path) => ignoredKey(file, path))],
    };
  }
  const { value = validPart(agentSchema, file.yaml.value, { missing: { name: file.name } }), problems } = checkYaml(agentSchema, file.yaml, ARTIFACT_KEY_ALIASES); // prettier-ignore
  return { file: { ...file, ...(value && { agent: value }) }, problems };
}

/** Nothing is dropped in silence, and GitHub's files are not refused for what GitHub itself passes over. */
function ignoredKey(file: LintFile, path: Path): Problem {
  const key = String(path.at(-1));
  const isParameter = path[0] === "modelParameters";
  const what = isParameter ? `"${key}" is not sent to the model` : `"${key}" is read by nothing here`;
  const hint = isParameter
    ? `provider options go under extra: { ${key}: … }`
    : "what is for people or other tools stands under metadata:";
  return problemAt(file, path, { rule: "ignored-key", severity: "warning", part: "key", message: what, hint });
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
    const place = error instanceof AgentopsError ? noTextProblem(error, path) : undefined;
    if (place !== undefined) return place;
    if (!(error instanceof AgentopsError)) throw error;
    // A link that leads nowhere says so itself.
    if (error.cause === undefined)
      return { ...unreadable(error.message.replace(`${path}: `, "")), ...(error.hint !== undefined && { hint: error.hint }) }; // prettier-ignore
    return unreadable(`the file cannot be read (${codeOf(error.cause)})`);
  }
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? "unknown error";
}
