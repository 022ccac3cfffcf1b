import { z } from "zod";
import { modelParameters } from "./model-parameters.ts";

const jsonSchema = z.record(z.string(), z.unknown());
const text = z.string().min(1);

/** `prompts/*.prompt.yml`: a superset of the GitHub Models prompt format; our own keys sit under `agentops:`. */
export const promptSchema = z.strictObject({
  name: text.optional().describe("the file's name (the default), or a name for people as in GitHub Models"),
  description: z.string().optional(),
  model: text.optional().describe("model pin: provider/model-snapshot"),
  modelParameters: modelParameters.optional(),
  responseFormat: z.enum(["text", "json_object", "json_schema"]).optional(),
  jsonSchema: z
    .union([z.string(), jsonSchema])
    .optional()
    .describe("a JSON Schema, or GitHub's string form {name, schema}"),
  messages: z.array(z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: z.string() })).min(1),
  testData: z
    .array(z.record(z.string(), z.unknown()))
    .optional()
    .describe("GitHub Models' inline cases: agentops eval FILE.prompt.yml runs them"),
  evaluators: z
    .array(z.record(z.string(), z.unknown()))
    .optional()
    .describe("GitHub Models' evaluators: agentops eval FILE.prompt.yml judges by them"),
  metadata: z.unknown().optional().describe("for people and other tools: part of the version, read by nothing here"),
  agentops: z
    .strictObject({
      owner: text,
      input: jsonSchema.describe("JSON Schema of the variables; its properties are the declared ones"),
      allowFloating: z.boolean().describe("accept a model alias that moves"),
      tags: z.array(text),
      trusted: z.array(text).describe("variables that no user writes, so that they may stand in a system message"),
    })
    .partial()
    .optional(),
});

/** A prompt as read: one without a name is called as its file. */
export type Prompt = z.infer<typeof promptSchema> & { name: string };

/** Other tools' names for our keys, so that a near miss of theirs is understood too. */
export const ARTIFACT_KEY_ALIASES = {
  prompts: "messages",
  system: "messages",
  provider: "model",
  parameters: "modelParameters",
  variables: "input",
} as const;
