import { z } from "zod";
import { PARTS } from "../registry/parts.ts";

const bound = z.number().nullable();
const verdictSchema = z
  .enum(["better", "worse", "no-difference", "inconclusive"])
  .describe("no-difference: the whole interval lies within the margin; inconclusive: the data decide nothing");

const metricVerdictSchema = z
  .enum([...verdictSchema.options, "not-measured"])
  .describe("not-measured: no case was answered afresh on both sides; neither passes nor fails");

const sideSchema = z.strictObject({
  ref: z.string(),
  run: z.string().nullable().describe("null when only content was compared"),
  version: z.string().nullable(),
  digest: z.string().nullable(),
  model: z.string().nullable(),
});

const pairedSchema = z.strictObject({
  cases: z.int().describe("cases scored on both sides; all metrics are over these"),
  clusters: z.int().describe("independent groups of cases; equals cases when the suite names no clusters"),
  trialsControl: z.int(),
  trialsCandidate: z.int(),
  bothPass: z.int().describe("with several trials a case passes when more than half of them succeeded"),
  onlyControl: z.int(),
  onlyCandidate: z.int(),
  neither: z.int(),
  meanControl: z.number().nullable().describe("mean over cases of each case's share of successful trials"),
  meanCandidate: z.number().nullable(),
  unmatched: z
    .strictObject({ control: z.array(z.string()), candidate: z.array(z.string()) })
    .describe("cases that only one side has"),
  differing: z.array(z.string()).describe("ids both sides have, but with another input or expectation"),
  unscored: z.array(z.string()).describe("cases both sides have, but one has no scored trial of"),
  errorsControl: z.int().describe("trials that ended in an error and are in no metric"),
  errorsCandidate: z.int(),
});

const metricSchema = z.strictObject({
  name: z.string(),
  role: z
    .enum(["primary", "guardrail", "other"])
    .describe("the verdict is by the primary metric and the guardrails; other metrics inform"),
  unit: z.enum(["proportion", "score", "ms", "usd", "tokens"]),
  higherIsBetter: z.boolean(),
  control: z.number(),
  candidate: z.number(),
  difference: z.number().describe("candidate − control"),
  ci95: z.tuple([bound, bound]).nullable().describe("of the difference; null where it is undefined"),
  ratio: z
    .strictObject({ estimate: z.number(), ci95: z.tuple([bound, bound]).nullable() })
    .nullable()
    .describe("candidate / control, of amounts"),
  pValue: z.number().nullable().describe("two-sided, as the test gives it"),
  adjustedPValue: z
    .number()
    .nullable()
    .describe("guardrails: Holm; other metrics: Benjamini–Hochberg; primary: as it is"),
  test: z
    .enum([
      "mcnemar-midp",
      "mcnemar-exact",
      "clustered-t",
      "sign-flip",
      "quantile-swap",
      "ratio-swap",
      "quantile-bootstrap",
      "ratio-delta",
      "none",
    ])
    .describe("also the one of ci95 and ratio; ratio-delta: of earlier releases"),
  margin: z
    .number()
    .describe("largest change for the worse that counts as none: absolute, or a share where `relative`"),
  relative: z.boolean(),
  bounded: z
    .boolean()
    .describe("the suite's gate bounds its change, so no improvement elsewhere makes up for a breach"),
  verdict: metricVerdictSchema,
  beyondMargin: z.boolean().describe("the change for the worse exceeds the margin by its estimate"),
  remarks: z.array(z.string()),
});

const trialSchema = z.strictObject({
  passed: z.boolean().nullable(),
  output: z.string(),
  reasons: z.array(z.string()),
});

/** A case that changed, with what both sides answered. */
export const exampleSchema = z.strictObject({
  case: z.string(),
  change: z.enum(["regression", "improvement"]),
  input: z.string(),
  expected: z.string().nullable(),
  control: z.strictObject({ passed: z.int(), trials: z.int(), shown: trialSchema }),
  candidate: z.strictObject({ passed: z.int(), trials: z.int(), shown: trialSchema }),
});

const contentSchema = z.strictObject({
  path: z.string(),
  control: z.unknown().optional().describe("absent when the control has nothing there"),
  candidate: z.unknown().optional(),
  lines: z
    .array(z.strictObject({ op: z.enum([" ", "-", "+"]), text: z.string() }))
    .optional()
    .describe("line diff of text"),
});

/** What one scorer did over the shared cases. */
const scorerSchema = z.strictObject({
  name: z.string(),
  required: z.boolean(),
  control: z.number().nullable().describe("pass rate; null where only one side has the scorer"),
  candidate: z.number().nullable(),
  difference: z.number().nullable(),
  regressions: z.int().describe("cases whose share of successes fell, and this scorer's passes with it"),
  improvements: z.int(),
  case: z.string().nullable().describe("that shows it most"),
  reason: z.string().nullable().describe("what the scorer said there, of the side where it failed"),
});

export const clustersNeededSchema = z
  .strictObject({
    now: z.int(),
    needed: z.int().describe("at as many cases a cluster as now"),
    least: z.int().describe("fewer can show nothing at 5 %, however large the difference"),
  })
  .nullable()
  .describe("what it takes where cases come in clusters, of which more cases tell little; null of others");

export const needSchema = z.strictObject({
  cases: z.int(),
  clusters: clustersNeededSchema,
  of: z.enum(["seen", "asked"]).describe("the difference these runs showed, or the one the suite asks for"),
  why: z.string(),
});

/** Two runs compared case by case. */
export const comparisonSchema = z.strictObject({
  suite: z.string(),
  verdict: verdictSchema,
  control: sideSchema,
  candidate: sideSchema,
  paired: pairedSchema,
  metrics: z.array(metricSchema),
  scorers: z.array(scorerSchema).describe("all of them; the one that explains the change of success first"),
  regressions: z.array(z.string()).describe("ids of cases whose share of successes fell, the worst first"),
  improvements: z.array(z.string()),
  need: needSchema
    .extend({ other: needSchema.nullable().describe("for the other of the two; null where the sides came out alike") })
    .nullable(),
  smallestDrop: z
    .number()
    .nullable()
    .describe(
      "of success that these cases show with 80 % power; null where they show none, or are 50 and more and in no fewer than ten clusters",
    ),
  changedTogether: z
    .array(z.enum(PARTS))
    .describe(
      "parts that changed at once, so that a difference may be the doing of either; none where at most one did",
    ),
  notes: z.array(z.string()),
});

/** `agentops diff --json`. */
export const diffSchema = comparisonSchema.extend({
  schema: z.literal("agentops.diff/1"),
  suite: z.string().nullable(),
  paired: pairedSchema.nullable().describe("null without runs of both sides"),
  content: z.array(contentSchema),
  examples: z.array(exampleSchema).describe("the worst regressions and the best improvements, with outputs"),
});

export type ComparisonVerdict = z.infer<typeof verdictSchema>;
export type MetricVerdict = z.infer<typeof metricVerdictSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
export type ScorerChange = z.infer<typeof scorerSchema>;
export type ComparedSide = z.infer<typeof sideSchema>;
export type ComparedMetric = z.infer<typeof metricSchema>;
export type Example = z.infer<typeof exampleSchema>;
export type ContentChange = z.infer<typeof contentSchema>;
export type DiffDocument = z.infer<typeof diffSchema>;
