import { z } from "zod";
import { NAME_PATTERN, NAME_RULE } from "../../core/refs.ts";
import { normalizeSchema, scorerSchema } from "../../scorers/schema.ts";

const path = z.string().min(1);

export const caseSchema = z.strictObject({
  id: z
    .union([z.string().min(1), z.number()])
    .transform(String)
    .optional(),
  vars: z.record(z.string(), z.unknown()).optional(),
  expected: z.unknown().optional(),
  tags: z.array(z.string()).optional(),
  cluster: z.union([z.string(), z.number()]).transform(String).optional(),
});

/** Data somebody else recorded is mapped, not converted: values are dot paths into each line. */
const datasetMapping = z.strictObject({
  file: path,
  id: path,
  vars: z.record(z.string(), path).optional(),
  expected: path.optional(),
  tags: path.optional(),
  cluster: path.optional(),
});

/** A number at a path, in another unit: `{ path: duration_s, times: 1000 }`. */
const scaledPath = z.union([path, z.strictObject({ path, times: z.number().positive() })]);

const outputsMapping = z.strictObject({
  file: path,
  case: path,
  output: path,
  trial: path.optional(),
  latencyMs: scaledPath.optional(),
  costUsd: scaledPath.optional(),
  toolCalls: path.optional(),
  inputTokens: path.optional(),
  outputTokens: path.optional(),
  finishReason: path.optional(),
});

const minimum = z.strictObject({ min: z.number().min(0).max(1) });

const maxIncrease = z
  .union([z.number().min(0), z.literal(false)])
  .optional()
  .describe("largest increase against a control, as a share of it (default 0.2); false: not bounded");

/** Thresholds of a suite. Absolute bounds are judged with their interval unless `policy: point`. */
const gateSchema = z
  .strictObject({
    successRate: minimum,
    safety: minimum,
    p95LatencyMs: z.strictObject({ max: z.number().positive().optional(), maxIncrease }),
    costPerTaskUsd: z.strictObject({ max: z.number().min(0).optional(), maxIncrease }),
    passHatK: z
      .strictObject({ k: z.int().min(1), min: z.number().min(0).max(1) })
      .describe("every one of k trials of a case succeeds"),
    nonInferiority: z.strictObject({ margin: z.number().positive().max(1) }),
    policy: z.enum(["point", "interval"]),
  })
  .partial();

/** The keys of a suite, each by itself. */
export const suiteKeys = z.strictObject({
  name: z.string().regex(NAME_PATTERN, NAME_RULE),
  description: z.string().optional(),
  target: z.string().min(1).optional().describe("prompts/NAME or agents/NAME, optionally @version"),
  model: z.string().min(1).optional().describe("model pin; overrides the target's"),
  dataset: z.union([path, datasetMapping]).optional(),
  cases: z.array(caseSchema).optional(),
  outputs: z.union([path, outputsMapping]).optional(),
  trials: z.int().min(1).max(1000).optional(),
  scorers: z.array(scorerSchema).min(1, "a suite needs at least one scorer; without one every answer would pass"),
  normalize: normalizeSchema.optional().describe("for every scorer that says nothing else"),
  gate: gateSchema.optional(),
  minEffect: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe("smallest improvement of the success rate worth having; a smaller one is said so"),
  maxCostIncrease: z
    .number()
    .min(0)
    .optional()
    .describe("largest rise of the cost per task an improvement may come with, as a share of the control's"),
  costBenefit: z
    .strictObject({
      maxCostIncrease: z.number().positive().describe("most in all, as a share of the control's"),
      perPoint: z.number().positive().describe("and most a point of success may cost, as a share of the control's"),
    })
    .optional()
    .describe("decides what a shown improvement may cost a task, instead of a person"),
});

/** `evals/*.suite.yml`. */
export const suiteSchema = suiteKeys
  .refine((s) => s.dataset === undefined || s.cases === undefined, {
    path: ["cases"],
    message: "a suite has dataset: or cases:, not both",
  })
  .refine((s) => s.dataset !== undefined || s.cases !== undefined, {
    path: ["dataset"],
    message: "missing; give dataset: FILE or cases: inline",
  })
  .refine((s) => s.scorers.some((scorer) => scorer.required !== false), {
    path: ["scorers"],
    message: "no scorer is required, so every trial would succeed; leave required: true on one at least",
  })
  .refine((s) => s.target !== undefined || s.outputs !== undefined, {
    path: ["target"],
    message: "missing; give target: prompts/NAME or agents/NAME, or outputs:",
  });

export type Suite = z.infer<typeof suiteSchema>;
export type Gate = z.infer<typeof gateSchema>;
export type DatasetMapping = z.infer<typeof datasetMapping>;
export type OutputsMapping = z.infer<typeof outputsMapping>;
export type CaseSpec = z.infer<typeof caseSchema>;

/** promptfoo's words for our keys. */
export const SUITE_KEY_ALIASES = {
  tests: "cases",
  assert: "scorers",
  asserts: "scorers",
  prompts: "target",
  prompt: "target",
  providers: "model",
  provider: "model",
  repeat: "trials",
  epochs: "trials",
  defaultTest: "scorers",
} as const;
