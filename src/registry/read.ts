import { digestOf } from "../core/canonical.ts";
import { AgentopsError, messageOf } from "../core/errors.ts";
import { parseYamlAs } from "../core/yaml.ts";
import type { z } from "zod";
import type { LoadedArtifact } from "./artifact.ts";
import { addressOf, isMisnamed, pathsOf } from "./files.ts";
import { isGithubFormat, readable } from "./github-format.ts";
import { type Agent, agentSchema } from "./agent.schema.ts";
import { ARTIFACT_KEY_ALIASES, type Prompt, promptSchema } from "./schema.ts";
import type { Source } from "./source.ts";
import type { Address } from "./resolve.ts";

/** An artifact's content at one point of time, before it is matched with versions. */
export type ArtifactContent = Omit<LoadedArtifact, "version">;

/**
 * Reads an artifact and what it names from one source. Returns null when the source has no file for it; throws
 * FILE_INVALID with file, line and column for a file that is not valid, ARTIFACT_NOT_FOUND for an agent's lost prompt.
 */
export async function readArtifact(source: Source, address: Address): Promise<ArtifactContent | null> {
  return address.kind === "prompts" ? readPrompt(source, address) : readAgent(source, address);
}

/** The prompt in a file anywhere, whose name is its file's; throws FILE_INVALID. `label` names the file in errors and as the artifact. */
export async function readPromptText(text: string, label: string, name: string): Promise<ArtifactContent> {
  const [path] = pathsOf("prompts", name);
  const source: Source = {
    commit: null,
    label: () => label,
    list: () => Promise.resolve([]),
    read: (asked) => Promise.resolve(asked === path ? text : undefined),
  };
  const content = (await readPrompt(source, { kind: "prompts", name })) as ArtifactContent;
  return { ...content, address: label, files: [label] };
}

async function readPrompt(source: Source, address: Address): Promise<ArtifactContent | null> {
  const file = await readFileOf<Prompt>(source, address, promptSchema);
  if (!file) return null;
  const { value: prompt, written, path } = file;
  return contentOf(source, address, { files: [path], prompt, agent: null, content: { prompt: written } });
}

async function readAgent(source: Source, address: Address): Promise<ArtifactContent | null> {
  const file = await readFileOf<Agent>(source, address, agentSchema);
  if (!file) return null;
  const agent = file.value;
  const prompt = await readFileOf<Prompt>(source, { kind: "prompts", name: agent.prompt }, promptSchema);
  if (!prompt) {
    throw new AgentopsError("ARTIFACT_NOT_FOUND", `${source.label(file.path)}: no prompt named ${agent.prompt}`, {
      hint: `write ${pathsOf("prompts", agent.prompt)[0] ?? ""}, or name another prompt`,
    });
  }
  const content = { agent: file.written, prompt: prompt.written };
  return contentOf(source, address, { files: [file.path, prompt.path], prompt: prompt.value, agent, content });
}

function contentOf(
  source: Source,
  { kind, name }: Address,
  parts: Pick<LoadedArtifact, "files" | "prompt" | "agent" | "content">,
): ArtifactContent {
  return {
    kind,
    name,
    address: addressOf(kind, name),
    commit: source.commit,
    digest: digest(source.label(parts.files[0] ?? name), { kind, ...parts.content }),
    model: parts.agent?.model ?? parts.prompt.model,
    ...parts,
  };
}

function digest(label: string, value: unknown): string {
  try {
    return digestOf(value);
  } catch (error) {
    // .nan and .inf are YAML numbers, and JSON has none of them.
    throw new AgentopsError("FILE_INVALID", `${label}: not representable as JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function readFileOf<T extends { name: string }>(
  source: Source,
  { kind, name }: Address,
  schema: z.ZodType<Omit<T, "name"> & { name?: string | undefined }>,
) {
  for (const path of pathsOf(kind, name)) {
    const text = await source.read(path);
    if (text === undefined) continue;
    const label = source.label(path);
    const read = kind === "prompts" ? (written: unknown) => readable(written).value : undefined;
    const { value, yaml } = parseYamlAs(schema, text, label, { aliases: ARTIFACT_KEY_ALIASES, ...(read && { read }) });
    const named = value.name ?? name;
    if (!isGithubFormat(yaml.value) && isMisnamed(kind, named, name))
      throw misnamed(label, yaml.locate(["name"]), named, name);
    return { value: { ...value, name: named } as T, written: yaml.value, path };
  }
  return null;
}

function misnamed(label: string, at: { line: number; column: number }, is: string, should: string): AgentopsError {
  return new AgentopsError(
    "FILE_INVALID",
    `${label}:${at.line}:${at.column}: name is "${is}", but the file name says "${should}"`,
    { hint: "a file is named after its artifact: rename one of the two" },
  );
}
