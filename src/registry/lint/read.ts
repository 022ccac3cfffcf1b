import { AgentopsError } from "../../core/errors.ts";
import type { Problem } from "../../core/problems.ts";
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
  if (!yaml) return { problems };
  const file: LintFile = { ...artifact, text, yaml };
  if (artifact.kind === "prompts") {
    const checked = checkYaml(promptSchema, yaml, ARTIFACT_KEY_ALIASES);
    return { file: { ...file, ...(checked.value && { prompt: checked.value }) }, problems: checked.problems };
  }
  const checked = checkYaml(agentSchema, yaml, ARTIFACT_KEY_ALIASES);
  return { file: { ...file, ...(checked.value && { agent: checked.value }) }, problems: checked.problems };
}

async function textOf(source: Source, { path }: ArtifactFile): Promise<string | Problem> {
  const unreadable = (message: string): Problem => ({
    severity: "error",
    rule: "unreadable",
    file: path,
    line: 1,
    column: 1,
    message,
  });
  try {
    return (await source.read(path)) ?? unreadable("the file cannot be read: it is a broken link or was just removed");
  } catch (error) {
    if (error instanceof AgentopsError) return unreadable(`the file cannot be read (${codeOf(error.cause)})`);
    throw error;
  }
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? "unknown error";
}
