import { z } from "zod";
import { runResultSchema } from "../evals/result/schema.ts";
import { comparisonSchema } from "../comparison/schema.ts";

const side = z.number().nullable();
const interval = z.tuple([side, side]).nullable();

const acceptedSchema = z.strictObject({ by: z.string(), reason: z.string(), at: z.string() });

export const checkSchema = z.strictObject({
  name: z.string(),
  threshold: z.number(),
  observed: z.number().nullable(),
  ci95: interval,
  policy: z.enum(["point", "interval"]),
  verdict: z
    .enum(["pass", "fail", "inconclusive", "not-measured"])
    .describe("not-measured: there was nothing fresh to compare; neither passes nor fails"),
  reason: z.string(),
  trade: z
    .strictObject({ successRate: z.number().describe("candidate − control"), ci95: interval })
    .optional()
    .describe(
      "a shown improvement that this increase beyond its bound is the price of: undecided until a person accepts it",
    ),
  accepted: acceptedSchema.optional().describe("who took the trade, and why"),
});

export const verdictSchema = z.enum(["pass", "fail", "inconclusive", "none"]).describe("none: no gate");

/** One run, judged. */
export const evaluatedRunSchema = runResultSchema.extend({
  verdict: verdictSchema,
  checks: z.array(checkSchema),
  comparison: comparisonSchema.nullable().describe("with the control; null without one"),
  notes: z.array(z.string()).describe("what a reader of the verdict must know"),
  stopped: z.string().nullable().describe("why the run ended before its trials did"),
});

/** `agentops eval --json`. */
export const evaluationSchema = z.strictObject({
  schema: z.literal("agentops.eval/1"),
  verdict: verdictSchema,
  runs: z.array(evaluatedRunSchema),
});

export type Accepted = z.infer<typeof acceptedSchema>;
export type Check = z.infer<typeof checkSchema>;
export type EvaluatedRun = z.infer<typeof evaluatedRunSchema>;
export type Evaluation = z.infer<typeof evaluationSchema>;
