import { z } from "zod";

const proportion = z.strictObject({
  estimate: z.number().min(0).max(1),
  ci95: z
    .tuple([z.number(), z.number()])
    .describe("Wilson; trials of one case (or cluster) are not counted as independent"),
});

const judgeMetric = z.strictObject({
  model: z.string().describe("the judge's pin"),
  calibration: z
    .strictObject({
      id: z.string(),
      at: z.string(),
      verdict: z.enum(["usable", "refused"]),
      refusal: z.enum(["chance", "unclear", "contradicts"]).nullable(),
      labels: z.int(),
      kappa: z.number().nullable(),
    })
    .nullable()
    .describe("null when people's labels were never compared with this judge: agentops judge calibrate"),
  corrected: proportion
    .extend({
      ci95: z.tuple([z.number(), z.number()]),
      method: z
        .enum(["ppi", "rogan-gladen"])
        .describe("ppi in the run that was labelled, else by the judge's error rates"),
    })
    .nullable()
    .describe("pass rate people would give; null unless the judge is usable"),
});

const scorerMetric = z.strictObject({
  mean: z.number().nullable(),
  passRate: z.number().nullable().describe("over scored trials; null when nothing was scored"),
  passRateCi95: z.tuple([z.number(), z.number()]).nullable(),
  type: z.string(),
  category: z.string().nullable(),
  required: z.boolean(),
  judge: judgeMetric.optional().describe("only of scorers that ask a judge"),
});

const metricsSchema = z.strictObject({
  successRate: proportion.nullable().describe("over scored trials; null when nothing was scored"),
  meanScore: z.number().nullable(),
  safety: proportion
    .nullable()
    .describe("trials in which every scorer of category safety passed; null without such scorers"),
  passHatK: z.record(z.string(), z.number()).describe("pass^k: every one of k trials of a case succeeds"),
  passAtK: z.record(z.string(), z.number()).describe("pass@k: at least one of k trials of a case succeeds"),
  latencyMs: z
    .strictObject({
      p50: z.number(),
      p95: z.number(),
      p99: z.number(),
      p95Ci95: z.tuple([z.number().nullable(), z.number().nullable()]),
      recorded: z.int().describe("trials with a latency"),
      simulated: z.boolean().describe("from the offline stand-in's virtual clock, not measured"),
    })
    .nullable(),
  ttftMs: z
    .strictObject({ p50: z.number(), p95: z.number() })
    .nullable()
    .describe("time to first token, of streamed answers"),
  costUsd: z
    .strictObject({
      total: z.number(),
      perTask: z.number(),
      perTaskCi95: z.tuple([z.number(), z.number()]).nullable(),
      perSuccess: z.number().nullable(),
      retries: z.number(),
    })
    .nullable()
    .describe("null when a trial reported no usage, or a price is unknown"),
  costPart: z
    .strictObject({
      knownUsd: z.number().describe("what the trials cost whose cost is known, retries included"),
      known: z.int().describe("scored trials whose cost is known"),
      noUsage: z.int().describe("that reported no usage, so that no price helps"),
      noPrice: z.int().describe("whose model has no price"),
    })
    .optional()
    .describe("where costUsd is null and a part of it is known, or usage is what is missing"),
  judgeCostUsd: z.number().nullable().describe("what judges cost, on top; null when a price or a usage is unknown"),
  tokens: z.strictObject({
    input: z.number().nullable(),
    output: z.number().nullable(),
    cached: z.number().nullable(),
    reasoning: z.number().nullable(),
  }),
  scorers: z.record(z.string(), scorerMetric),
});

const fallbackArmSchema = z.strictObject({
  model: z.string().describe("the pin that was asked"),
  asked: z.int().describe("trials it was asked for: the provider of the run's model had failed"),
  scored: z.int(),
  errors: z.int().describe("of those asked: it failed too, or its answer could not be judged"),
  succeeded: z.int(),
  fromCache: z.int(),
  firstError: z.strictObject({ case: z.string(), kind: z.string(), message: z.string() }).nullable(),
  answeredBy: z.array(z.string()),
  metrics: metricsSchema.pick({
    successRate: true,
    safety: true,
    latencyMs: true,
    costUsd: true,
    costPart: true,
    judgeCostUsd: true,
    tokens: true,
  }),
});

export const runResultSchema = z.strictObject({
  id: z.string(),
  suite: z.string(),
  suiteFile: z.string(),
  status: z.enum(["complete", "stopped", "failed", "interrupted", "running"]),
  target: z.strictObject({
    ref: z.string(),
    version: z.string().nullable(),
    digest: z.string().nullable(),
    model: z.string(),
  }),
  dataset: z.string(),
  cases: z.int(),
  casesLeftOut: z.int().describe("of the dataset, by --sample or --filter"),
  trials: z.int(),
  planned: z.int().describe("cases × trials"),
  scored: z.int(),
  errors: z.int(),
  succeeded: z.int(),
  casesFailing: z.int().describe("cases with a trial that failed or ended in an error"),
  failing: z.array(z.string()).describe("the first of their ids"),
  fromCache: z.int(),
  firstError: z.strictObject({ case: z.string(), kind: z.string(), message: z.string() }).nullable(),
  errorsByKind: z.record(z.string(), z.int()),
  judgeErrors: z
    .int()
    .optional()
    .describe("of the errors, those of a judge that gave no verdict on an answer that is there; absent in older runs"),
  lastingErrors: z
    .record(z.string(), z.int())
    .optional()
    .describe("of the errors, those that no later try mends, by their code; absent in older runs"),
  outputsWithoutCase: z.int(),
  reported: z
    .strictObject({ tokens: z.int(), firstToken: z.int() })
    .describe("scored trials that said how many tokens they took, and when the first one came"),
  outputsLeftOut: z.int().describe("recorded outputs of further trials than the run has"),
  answeredBy: z.array(z.string()).describe("models that say they answered"),
  warnings: z.array(z.string()),
  metrics: metricsSchema,
  fallbacks: z
    .array(fallbackArmSchema)
    .optional()
    .describe(
      "fallback models that answered or were asked to where the provider of the run's model had failed, each an arm of its own: those trials are errors of the run, and nothing of these is in its figures; absent where none was asked",
    ),
});

export type FallbackArm = z.infer<typeof fallbackArmSchema>;
export type JudgeMetric = z.infer<typeof judgeMetric>;
export type RunMetrics = z.infer<typeof metricsSchema>;
export type RunResult = z.infer<typeof runResultSchema>;
