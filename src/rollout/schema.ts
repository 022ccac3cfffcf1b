import { z } from "zod";
import { actedShape } from "../core/acted.schema.ts";
import { PARTS } from "../registry/parts.ts";
import { floorNow } from "./guards.schema.ts";
import { planSchema } from "./plan.schema.ts";

export const PHASES = [
  "pending",
  "shadow",
  "progressing",
  "paused",
  "promoting",
  "promoted",
  "inconclusive",
  "invalid",
  "rolled-back",
  "aborted",
] as const;

const arm = z.object({
  n: z.int().describe("units"),
  rate: z.number().nullable().describe("share of good ones; null of what is compared as a ratio"),
});

const most = z.number().nullable().describe("null: nothing above is excluded yet");

const ratio = z.object({
  of: z.enum(["p95", "mean"]),
  estimate: z.number().nullable().describe("the candidate's over the control's, compared within each weight"),
  ci95: z
    .tuple([z.number(), most])
    .describe("valid at every look at once; on a grid of 2 % near the limit and of 8 % elsewhere, outwards"),
  bounds: z
    .tuple([z.number(), most])
    .describe(
      "as far as the evidence of the verdict goes: at most the limit exactly where that is shown, above its low end by what decides 'harm' alone",
    ),
  limit: z.number().describe("the ratio that is accepted; beyond it is harm, at most it is safe"),
  control: z.number().describe("the control's p95, or its mean, in ms or USD, when it was last frozen"),
  values: z.int().describe("of the control that this was made of"),
  cut: z
    .number()
    .describe(
      "of a mean: share of the control's sum that lies above where values are cut, in no comparison; 0 of a p95",
    ),
});

const guardrailResultSchema = z.object({
  name: z
    .string()
    .describe(
      "a metric; success.floor; cohorts.floor: the same floor for answers to cohorts; success.requests: each request, also of units that were counted before; success.paired: inputs that both arms answered, the candidate as a copy, whose safe is no proof for a step",
    ),
  control: arm.nullable().describe("null for an absolute floor"),
  candidate: arm,
  harmE: z.number().describe("e-value against no harm; beyond 1e300 it is cut"),
  harmThreshold: z.number().describe("where it rolls back alone: 1 / alpha, divided by its weight in the alarm"),
  safeE: z
    .number()
    .nullable()
    .describe("e-value against worse by the margin or more; null for a floor and for requests"),
  safeThreshold: z.number().nullable(),
  difference: z
    .number()
    .nullable()
    .describe(
      "candidate - control within each weight, averaged; null for a floor, a ratio, or where nothing can be compared",
    ),
  ci95: z
    .tuple([z.number(), z.number()])
    .nullable()
    .describe("candidate - control, valid at every look at once; null for a floor and a ratio"),
  bounds: z
    .tuple([z.number(), z.number()])
    .nullable()
    .describe(
      "candidate - control, as far as the evidence of the verdict goes: above the low end by what decides 'safe' (within the margin exactly where it is shown), below the high end by what decides 'harm' alone",
    ),
  ratio: ratio.nullable().describe("of what is compared as one, as the candidate's p95 over the control's; else null"),
  tolerance: z.number(),
  margin: z.number().nullable(),
  configured: z.number().optional().describe("of a floor that the control caps: as it was configured"),
  cap: z.number().nullable().describe("latency in ms, cost in USD: at most this counts as good"),
  verdict: z
    .enum(["harm", "safe", "undecided", "unproven", "unmeasured"])
    .describe("unproven: not decided when it was, or could be, given to everybody all the same"),
});

const VERDICTS = ["continue", "promote", "rollback", "inconclusive", "invalid"] as const;

const ifKnown = z.object({
  verdict: z.enum(VERDICTS),
  difference: z.number().nullable().describe("of success, candidate - control; null where nothing can be compared"),
});

const analysisSchema = z.object({
  verdict: z.enum(VERDICTS),
  guardrails: z.array(guardrailResultSchema),
  sampleRatio: z.object({ e: z.number(), threshold: z.number() }),
  missing: z
    .object({ e: z.number(), threshold: z.number() })
    .nullable()
    .describe(
      "e-value against 'outcomes come as late, and are lost as often, in both arms', of those that should be known by now; from the threshold on nothing is promoted; null where nobody said who was served",
    ),
  bestCase: ifKnown
    .nullable()
    .describe("if every unit without an outcome were good for the candidate and bad for the control"),
  worstCase: ifKnown.nullable().describe("and the reverse; null where nobody said who was served"),
  breaches: z.array(z.object({ observation: z.int(), kind: z.string() })),
  need: z
    .object({
      observations: z.int().describe("units of the candidate; at a cohort's step its answers"),
      hours: z.number().nullable(),
    })
    .nullable()
    .describe("until the rollout can move on, by what was seen; null when it waits for nothing that can be counted"),
  reasons: z.array(z.string()),
});

const unknownUnits = {
  exposed: z.int().nullable().describe("units that were drawn and served; null where nobody said who was"),
  open: z
    .int()
    .nullable()
    .describe("of those, without an outcome yet, and served no longer ago than outcomes usually take"),
  missing: z.int().nullable().describe("and served before it"),
};

const versionOf = z.object({ version: z.string(), digest: z.string(), ...unknownUnits });

/** What came of a cohort; beside the comparison, as nobody drew who is of it. */
export const cohortCount = z.object({
  name: z.string(),
  answers: z.int().describe("of the candidate"),
  rate: z.number().nullable().describe("share of good ones"),
  units: z.int().describe("that these answers were for"),
  controlAnswers: z.int().describe("of the control after its step began: callers that do not resolve with its units"),
  served: z.boolean().describe("whether it is served the candidate now"),
});

/** `canary start|status|advance|…`, `agentops.rollout/1`. */
export const rolloutSchema = z.object({
  schema: z.literal("agentops.rollout/1"),
  id: z.string(),
  target: z.string(),
  env: z.string(),
  control: versionOf,
  candidate: versionOf,
  hypothesis: z.string().nullable().describe("what it is to show; null where nobody said"),
  changedTogether: z
    .array(z.enum(PARTS))
    .describe("parts that changed at once between the two; none where at most one did"),
  phase: z.enum(PHASES),
  step: z.int(),
  steps: z.array(z.number()),
  weight: z.number(),
  cohort: z.string().nullable().describe("whose step it is at; null at a weight, in shadow and after a promotion"),
  cohorts: z.array(cohortCount).describe("not compared: not randomised"),
  floor: floorNow.nullable().describe("null: none was asked for"),
  analysis: analysisSchema,
  since: z.string().describe("when the step or phase began"),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  changed: z.boolean().optional().describe("of pause, resume, approve, abort: false where it was so already"),
  deadline: z.string(),
  everybodyNotBefore: z
    .string()
    .nullable()
    .describe(
      "a whole day of traffic comes before 100 %; null at 100 %, after an end, where a person chose --fast, and in shadow",
    ),
  unseen: z.int().describe("units, and answers to cohorts, that came since the last look"),
  forced: z.int().describe("outcomes of either version that was asked for by name: in no other number here"),
  correctedAfter: z
    .int()
    .describe(
      "outcomes that came, or were corrected, after theirs had counted: in worstCase as failures of the candidate",
    ),
  assumed: z
    .object({ control: z.int(), candidate: z.int() })
    .describe("answers that settled without an outcome, and count as failures as `missing: failure` wants it"),
  settling: z.int().describe("outcomes whose time to settle has not passed; in no other number yet"),
  unpaired: z
    .object({ control: z.int(), candidate: z.int() })
    .nullable()
    .describe(
      "outcomes that wait for the other arm's of the same input, in shadow; null where copies are not compared",
    ),
  overdueSince: z
    .string()
    .nullable()
    .describe("a look is due since then and nobody took it, though outcomes arrived for ten minutes; exit 1"),
  unproven: z
    .array(z.string())
    .describe("guardrails that are not shown though everybody gets it, or may once a person approves"),
  awaiting: z
    .enum(["approval"])
    .nullable()
    .describe("a person's, for this step or for what is required and not shown; null: not that alone"),
  plan: planSchema,
  history: z.array(
    z.object({
      at: z.string(),
      ...actedShape,
      event: z.string(),
      phase: z.enum(PHASES),
      step: z.int(),
      weight: z.number(),
      cohort: z.string().nullable().describe("whose step it was"),
      reason: z.string(),
    }),
  ),
});

/** `canary status` without a name: everything that is under way. */
export const rolloutsSchema = z.object({
  schema: z.literal("agentops.rollouts/1"),
  env: z.string(),
  rollouts: z.array(rolloutSchema),
});

/** `canary status NAME --replay`. */
export const replaySchema = z.object({
  schema: z.literal("agentops.replay/1"),
  id: z.string(),
  target: z.string(),
  env: z.string(),
  looks: z.int(),
  transitions: z.int(),
  differences: z.array(z.string()).describe("one sentence each; none: every verdict and every state came out the same"),
});

export type { Metric } from "./metrics.ts";
export type { Caps, FrozenLimit, FrozenCap, FrozenRatio, Guardrail, RolloutPlan } from "./plan.schema.ts";
export type Phase = (typeof PHASES)[number];
export type UnknownUnits = Record<keyof typeof unknownUnits, number | null>;
export type CohortCount = z.infer<typeof cohortCount>;
export type RatioResult = z.infer<typeof ratio>;
export type GuardrailResult = z.infer<typeof guardrailResultSchema>;
export type Analysis = z.infer<typeof analysisSchema>;
export type RolloutDocument = z.infer<typeof rolloutSchema>;
export type RolloutsDocument = z.infer<typeof rolloutsSchema>;
export type ReplayDocument = z.infer<typeof replaySchema>;
