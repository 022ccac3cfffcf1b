import { z } from "zod";
import { SIZE_PATTERN, sizeBytes } from "./size.ts";
import { channelsSchema, rolloutEndsSchema } from "./channels.schema.ts";
import { cohortsConfigSchema } from "./cohorts.schema.ts";
import { tracesConfigSchema } from "./traces.schema.ts";
import { outcomesConfigSchema } from "./outcomes.schema.ts";
import { peopleConfigSchema, policyConfigSchema, rolloutConfigSchema } from "./release-config.schema.ts";
import { type StepConfig, unknownCohort } from "./steps.ts";

// A command checks a handful of files once: generating a validator for each schema costs more than it ever saves here.
z.config({ jitless: true });

const envName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "name an environment variable; a key itself never goes into a file");

const limits = z
  .strictObject({
    concurrency: z.int().min(1).max(1000).describe("calls under way at once"),
    requestsPerMinute: z.number().positive(),
    tokensPerMinute: z.number().positive(),
  })
  .partial();

const remote = {
  baseUrl: z.url().optional(),
  apiKeyEnv: envName.optional(),
  headers: z.record(z.string(), z.string()).optional().describe("extra request headers; not for secrets"),
  stream: z.boolean().optional().describe("stream answers, so that time to first token is measured"),
  limits: limits.optional(),
};

/** One entry under `models:`; its key is the part of a model pin before the slash. */
const modelProviderSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("openai"), api: z.enum(["chat", "responses"]).optional(), ...remote }),
  z.strictObject({ kind: z.literal("anthropic"), ...remote }),
  z.strictObject({ kind: z.literal("openai-compatible"), ...remote, baseUrl: z.url() }),
  z.strictObject({ kind: z.literal("google"), ...remote }),
  z.strictObject({
    kind: z.literal("azure"),
    resourceName: z.string().optional(),
    apiVersion: z.string().optional(),
    ...remote,
  }),
  z.strictObject({ kind: z.literal("bedrock"), region: z.string(), ...remote }),
  z.strictObject({ kind: z.literal("offline") }),
  z.strictObject({
    kind: z.literal("exec"),
    command: z.array(z.string()).min(1).describe("program and arguments; JSON lines on its stdin and stdout"),
    env: z.array(envName).optional().describe("environment variables the agent may see besides PATH and HOME"),
    limits: limits.optional(),
  }),
  z.strictObject({
    kind: z.literal("http"),
    url: z.url(),
    apiKeyEnv: envName.optional(),
    headers: remote.headers,
    limits: limits.optional(),
  }),
]);

const price = z.strictObject({
  inputPerMillionUsd: z.number().min(0),
  outputPerMillionUsd: z.number().min(0),
  cachedPerMillionUsd: z.number().min(0).optional(),
  cacheWritePerMillionUsd: z.number().min(0).optional(),
});

const fields = z.strictObject({
  project: z.string().min(1),
  environments: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("deployment environments; the last is the default"),
  store: z
    .string()
    .min(1)
    .optional()
    .describe(
      "postgres://USER@HOST/DATABASE for a team (the password comes from PGPASSWORD or a service file), or a file",
    ),
  models: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/), modelProviderSchema).optional(),
  limits: z
    .strictObject({
      concurrency: z.int().min(1).max(1000).optional(),
      timeoutMs: z.int().min(1).optional(),
      retries: z.int().min(0).max(20).optional(),
      maxAnswer: z
        .string()
        .regex(SIZE_PATTERN, "a size is a number and B, KiB, MiB or GiB: 16MiB")
        .refine((text) => (sizeBytes(text) ?? 1) > 0, "a size is at least 1B")
        .optional()
        .describe("a larger answer of a model or an agent is an error of its trial (default 16MiB)"),
      maxErrorRate: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe("share of trial errors above which eval exits 4 (default 0.05)"),
    })
    .optional(),
  pricing: z.record(z.string(), price).optional().describe("your own prices by model pin, before the built-in table"),
  rollout: rolloutConfigSchema.optional().describe("how a candidate is staged: steps, guardrails, deadline"),
  outcomes: outcomesConfigSchema.optional().describe("when outcomes are final, by NAME, prompts/NAME or agents/NAME"),
  traces: tracesConfigSchema.optional().describe("what is kept of what agents do"),
  cohorts: cohortsConfigSchema
    .optional()
    .describe("who gets a candidate before chance divides it, by the name that a step of a rollout has"),
  channels: channelsSchema.optional().describe("where messages to people go, by name"),
  rolloutEnds: rolloutEndsSchema.optional().describe("who is told of a rollout that ends by itself"),
  people: peopleConfigSchema.optional().describe("who belongs to which group"),
  lint: z
    .strictObject({
      notSecrets: z
        .array(z.string().regex(/^[0-9a-f]{16}$/, "a fingerprint is 16 hexadecimal digits, as lint prints it"))
        .describe("fingerprints of values that look like keys and are none, as test values"),
      allow: z.array(z.string().min(1)).describe("advice of lint that does not hold here, by the rule's name"),
    })
    .partial()
    .optional(),
  policy: policyConfigSchema.optional().describe("by environment: what must hold before a version is released"),
});

export const configSchema = fields.superRefine((config, context) => {
  const { environments = ["production"], policy = {}, channels = {}, rolloutEnds } = config;
  for (const [i, name] of (rolloutEnds?.notify ?? []).entries()) {
    if (channels[name] !== undefined) continue;
    const message = `no channel "${name}" (known: ${Object.keys(channels).join(", ") || "none"}), so nobody would be told`;
    context.addIssue({ code: "custom", path: ["rolloutEnds", "notify", i], message });
  }
  // A name that says one thing and answers by another would make a demonstration look like a measurement.
  for (const [name, { kind }] of Object.entries(config.models ?? {})) {
    if ((name === "offline") === (kind === "offline")) continue;
    const message =
      kind === "offline"
        ? "the stand-in answers under the name offline only, so that nobody takes it for a model"
        : `offline is the built-in stand-in: give this ${kind} provider another name`;
    context.addIssue({ code: "custom", path: ["models", name], message });
  }
  for (const { path, steps } of stepsIn(config)) {
    const message = unknownCohort(steps, Object.keys(config.cohorts ?? {}));
    if (message !== undefined) context.addIssue({ code: "custom", path, message });
  }
  for (const name of Object.keys(policy).filter((key) => !environments.includes(key))) {
    const message = `no environment "${name}" (known: ${environments.join(", ")}), so these rules would bind nobody`;
    context.addIssue({ code: "custom", path: ["policy", name], message });
  }
  for (const [name, { after }] of Object.entries(policy)) {
    if (after === undefined || !environments.includes(name)) continue;
    const before = typeof after === "string" ? after : after.env;
    const below = environments.slice(0, environments.indexOf(name));
    if (below.includes(before)) continue;
    const what = environments.includes(before) ? `"${before}" is not below ${name}` : `no environment "${before}"`;
    const message = `${what} (below it: ${below.join(", ") || "none"}), so nothing could ever be released there`;
    context.addIssue({
      code: "custom",
      path: ["policy", name, "after", ...(typeof after === "string" ? [] : ["env"])],
      message,
    });
  }
});

function stepsIn({ rollout }: z.infer<typeof fields>): { path: string[]; steps: readonly StepConfig[] }[] {
  const own = Object.entries(rollout?.artifacts ?? {}).map(([name, { steps = [] }]) => {
    return { path: ["rollout", "artifacts", name, "steps"], steps };
  });
  return [{ path: ["rollout", "steps"], steps: rollout?.steps ?? [] }, ...own];
}

export type Config = z.infer<typeof configSchema>;
export type ModelProvider = z.infer<typeof modelProviderSchema>;
export type Price = z.infer<typeof price>;
