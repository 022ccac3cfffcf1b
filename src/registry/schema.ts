import { z } from "zod";
import { NAME_PATTERN, NAME_RULE } from "../core/refs.ts";
import { modelParameters } from "./model-parameters.ts";

const name = z.string().regex(NAME_PATTERN, NAME_RULE);
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

const duration = z.string().regex(/^\d+(ms|s|m|h|d)$/, "a duration is a number and ms, s, m, h or d: 30m");

const toolSchema = z.strictObject({
  name: z
    .string()
    .regex(
      /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/,
      "a tool name is what providers accept: letters, digits, _ and -, at most 64",
    ),
  description: z.string().optional(),
  risk: z.enum(["low", "medium", "high"]).optional(),
  sideEffects: z.boolean().optional(),
  inputSchema: jsonSchema,
  authorize: text.optional().describe("CEL over args, task, agent; must be true for the call to run"),
  approval: z
    .strictObject({
      when: text.optional(),
      approvers: z.array(text).min(1),
      timeout: duration.optional(),
      onTimeout: z.enum(["reject", "approve"]).optional(),
    })
    .optional(),
  contract: z
    .strictObject({
      timeoutMs: z.int().min(1),
      retries: z.int().min(0),
      idempotencyKey: text,
      breaker: z.strictObject({
        failureRate: z.number().min(0).max(1),
        minCalls: z.int().min(1),
        openMs: z.int().min(1),
      }),
    })
    .partial()
    .optional(),
  compensate: text.optional().describe("the tool that undoes this one"),
});

/** `agents/*.agent.yml`. */
export const agentSchema = z.strictObject({
  name,
  description: z.string().optional(),
  owner: z.strictObject({ team: text, contact: text.optional(), escalation: text.optional() }).optional(),
  prompt: name.describe("the prompt, read from the same commit"),
  model: text.optional().describe("overrides the prompt's model pin"),
  fallbackModels: z.array(text).optional(),
  allowFloating: z.boolean().optional(),
  tools: z.array(toolSchema).optional(),
  limits: z
    .strictObject({
      maxSteps: z.int().min(1),
      maxDurationMs: z.int().min(1),
      maxCostUsdPerTask: z.number().positive(),
      maxToolCalls: z.int().min(0),
    })
    .partial()
    .optional(),
  guards: z
    .strictObject({ input: z.array(text), output: z.array(text) })
    .partial()
    .optional(),
  evals: z.array(name).optional().describe("names of suites that judge this agent"),
});

/** A prompt as read: one without a name is called as its file. */
export type Prompt = z.infer<typeof promptSchema> & { name: string };
export type Agent = z.infer<typeof agentSchema>;

/** Other tools' names for our keys, so that a near miss of theirs is understood too. */
export const ARTIFACT_KEY_ALIASES = {
  prompts: "messages",
  system: "messages",
  provider: "model",
  parameters: "modelParameters",
  variables: "input",
} as const;
