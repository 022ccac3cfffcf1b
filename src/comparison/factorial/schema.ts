import { z } from "zod";
import { PARTS } from "../../registry/parts.ts";

const bound = z.number().nullable();

/** A side of either factor: what was there, and what is to come. */
const LEVELS = ["control", "candidate"] as const;

const versionSchema = z.strictObject({
  ref: z.string(),
  version: z.string().nullable(),
  digest: z.string(),
  model: z.string().describe("its own model pin"),
});

const cellSchema = z.strictObject({
  prompt: z.enum(LEVELS).describe("whose prompt, tools and settings"),
  model: z.enum(LEVELS).describe("whose model pin"),
  pin: z.string().describe("the model pin that answered"),
  run: z.string(),
  scored: z.int(),
  errors: z.int(),
});

export const EFFECTS = ["prompt", "model", "interaction"] as const;
export const SIMPLE_EFFECTS = [
  "promptWithControlModel",
  "promptWithCandidateModel",
  "modelWithControlPrompt",
  "modelWithCandidatePrompt",
] as const;

const measuredEffect = {
  estimate: z.number().describe("candidate − control, in the metric's unit"),
  ci95: z.tuple([bound, bound]).nullable().describe("null where the cases show no spread"),
  pValue: z.number().nullable().describe("two-sided"),
  test: z.enum(["mcnemar-midp", "mcnemar-exact", "clustered-t", "sign-flip", "none"]),
};

const effectSchema = z.strictObject({
  name: z
    .enum(EFFECTS)
    .describe(
      "prompt, model: averaged over both levels of the other; interaction: what the prompt does with the candidate's model beyond what it does with the control's",
    ),
  ...measuredEffect,
  adjustedPValue: z.number().nullable().describe("Holm, over the three effects on this metric"),
  verdict: z
    .enum(["up", "down", "no-difference", "inconclusive"])
    .describe("no-difference: the whole interval lies within the margin; inconclusive: the data decide nothing"),
});

const metricSchema = z.strictObject({
  name: z.string(),
  unit: z.enum(["proportion", "ms", "usd"]),
  higherIsBetter: z.boolean(),
  margin: z.number().nullable().describe("largest effect that counts as none; null where there is none"),
  cases: z.int().describe("cases with this metric in all four cells; for ms and usd answered afresh in each"),
  cells: z.array(z.number()).length(4).describe("mean over those cases, in the order of `cells`"),
  effects: z.array(effectSchema).length(3),
  simple: z
    .array(z.strictObject({ name: z.enum(SIMPLE_EFFECTS), ...measuredEffect }))
    .length(4)
    .describe("each factor at each level of the other: what to read where they act on each other; not adjusted"),
});

/** Both versions × both models, on the same cases. */
const experimentSchema = z.strictObject({
  id: z.string(),
  suite: z.string(),
  verdict: z
    .enum(["decided", "inconclusive"])
    .describe("decided: what prompt and model do to success is told apart, or that they act on each other is shown"),
  control: versionSchema,
  candidate: versionSchema,
  changed: z
    .array(z.enum(PARTS))
    .describe("what differs between the versions; all but the model makes the factor prompt"),
  trials: z.int(),
  cases: z.int().describe("cases scored in all four cells"),
  clusters: z.int().describe("independent groups of them"),
  unscored: z.int().describe("cases that a cell has no scored trial of, left out"),
  cells: z.array(cellSchema),
  metrics: z.array(metricSchema),
  need: z
    .int()
    .nullable()
    .describe(
      "cases in all that would bring the widest undecided main effect within the margin, if the rest goes like these",
    ),
  stopped: z.string().nullable().describe("why not all four cells were filled"),
  notes: z.array(z.string()),
});

/** `agentops eval --factorial --json`. */
export const factorialSchema = z.strictObject({
  schema: z.literal("agentops.factorial/1"),
  verdict: z.enum(["decided", "inconclusive"]).describe("decided: every experiment is; exit 0, else 3"),
  experiments: z.array(experimentSchema),
});

export type Level = (typeof LEVELS)[number];
export type Effect = z.infer<typeof effectSchema>;
export type FactorialMetric = z.infer<typeof metricSchema>;
export type Experiment = z.infer<typeof experimentSchema>;
export type FactorialDocument = z.infer<typeof factorialSchema>;
