import { z } from "zod";
import { gateDocumentSchema } from "../gate.schema.ts";

const { weakened, base, compared, changed, notes } = gateDocumentSchema.shape;

const sideSchema = z.strictObject({
  side: z.enum(["control", "candidate"]),
  ref: z.string(),
  digest: z.string().nullable(),
  model: z.string(),
  remote: z.boolean().describe("false: answered on this machine by the stand-in, which costs nothing"),
  reuses: z.string().nullable().describe("a stored run that stands for it, so that nothing is asked"),
  cases: z.int(),
  trials: z.int(),
  answers: z.int().describe("cases × trials"),
  stored: z.int().describe("answers that the store has, or will have by then"),
  recorded: z.int().describe("answers that are in the suite's recordings"),
  calls: z.int().describe("answers the model is asked for; retries come on top"),
  judgeCalls: z.int().describe("what judges are asked, also about answers that are stored"),
  costUsd: z.number().nullable().describe("an estimate; null where no run tells it or a price is unknown, never 0"),
  basis: z
    .strictObject({
      run: z.string(),
      at: z.string(),
      perCallUsd: z.number().nullable().describe("mean of its trials; null: a price or a usage is unknown"),
      perJudgementUsd: z.number().nullable().describe("the judges', a trial"),
    })
    .nullable()
    .describe("the newest complete run of this suite, artifact and model; null without one"),
  maxCost: z
    .strictObject({
      stops: z.boolean().nullable().describe("whether --max-cost would end it first; null: nobody knows"),
      afterCalls: z.int().nullable(),
    })
    .nullable()
    .describe("null without --max-cost, and where nothing is asked"),
});

/** `agentops gate --dry-run --json`. */
export const gatePlanSchema = z.strictObject({
  schema: z.literal("agentops.gate-plan/1"),
  atBest: z
    .enum(["pass", "inconclusive"])
    .describe("the best verdict that the gate can come to; its verdict where there is nothing to run"),
  ...{ weakened, base, compared, changed },
  runs: z.array(
    z.strictObject({
      artifact: z.string(),
      suite: z.string(),
      suiteFile: z.string(),
      sides: z.array(sideSchema).describe("control first; without one where the artifact is new"),
    }),
  ),
  calls: z.int(),
  judgeCalls: z.int(),
  costUsd: z.number().nullable().describe("of all sides; null where one's is unknown"),
  maxCostUsd: z.number().nullable().describe("--max-cost, which holds for each run"),
  earlyStop: z.boolean().describe("a candidate's run may end before its calls are made"),
  notes,
});

export type GatePlan = z.infer<typeof gatePlanSchema>;
export type PlannedSide = GatePlan["runs"][number]["sides"][number];
