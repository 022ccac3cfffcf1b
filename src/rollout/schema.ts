import { z } from "zod";
import { actedShape } from "../core/acted.schema.ts";
import { PARTS } from "../registry/parts.ts";
import { channelSchema } from "../core/channels.schema.ts";
import { critical, floorNow } from "./guards.schema.ts";

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

export const METRICS = ["success", "latency", "cost", "safety"] as const;

/** What one guardrail is judged by; every outcome is a share of good units, in [0, 1]. */
const guardrail = z.object({
  name: z.enum(METRICS),
  tolerance: z.number().describe("harm that is accepted; D = control - candidate must be above it to roll back"),
  margin: z.number().describe("safe once D is shown to be below it"),
  mde: z.number().describe("the harm the bets are tuned for"),
  prior: z.number().describe("the control's history; changes the power, never the guarantee"),
  required: z.boolean(),
  floor: z.number().nullable().describe("roll back when the candidate is shown to be below it"),
  capped: z
    .literal(true)
    .optional()
    .describe("the floor is at most what the control is known to reach, less the margin; absent: as written"),
  history: z
    .object({ n: z.int(), good: z.number() })
    .optional()
    .describe("outcomes of the control before the start; absent: too few to say"),
});

/** How a rollout goes on, frozen when it starts: no later change of the config changes its decisions. */
const planSchema = z.object({
  steps: z.array(z.number()).describe("shares of the units; 0 at the steps of cohorts"),
  cohorts: z
    .array(z.object({ name: z.string(), units: z.array(z.string()).optional(), domain: z.string().optional() }))
    .optional()
    .describe("whose the first steps are, as the config had them when it started"),
  stepMs: z.number(),
  trafficMs: z
    .number()
    .optional()
    .describe(
      "from the first step until everybody gets it at the earliest; absent: of rollouts from before there was one, and fast ones",
    ),
  exposures: z
    .literal(true)
    .optional()
    .describe(
      "units count when they are served, and missing outcomes are known as missing; absent: of rollouts from before",
    ),
  fast: z.literal(true).optional().describe("whoever started it chose not to wait for a day of traffic"),
  stepObservations: z.int(),
  deadlineMs: z.number(),
  shadow: z.object({ timeMs: z.number(), observations: z.int() }).nullable(),
  manual: z.boolean(),
  turns: z
    .enum(["anybody", "watcher"])
    .optional()
    .describe("who moves it up: whoever records outcomes, or only canary advance and watch; harm is undone by anybody"),
  outcomes: z
    .object({
      settleMs: z.number().describe("a unit counts so long after it was served; 0: as its outcome arrives"),
      maxOpen: z.number().describe("no step up while more than this share of either arm has no outcome by then"),
      missing: z.enum(["unknown", "failure"]).describe("failure: settled without an outcome is one, in both arms"),
      learnedFrom: z.int().optional().describe("outcomes of the control that settleMs was learned from"),
    })
    .optional()
    .describe("when outcomes are final; absent: of rollouts from before this was asked"),
  hypothesis: z.string().optional().describe("what it is to show, in the words of whoever started it"),
  notify: z
    .array(z.intersection(z.object({ name: z.string() }), channelSchema))
    .optional()
    .describe("channels that are told once when it ends by itself"),
  proof: z.enum(["promotion", "every-step"]),
  alpha: z.number(),
  safeAlpha: z.number(),
  guardrails: z.array(guardrail),
  alarm: z
    .object({
      floors: z.number().describe("of the floors together"),
      returns: z.number().describe("of the requests of units, whether they were counted before or not"),
      guardrails: z.partialRecord(z.enum(METRICS), z.number()),
    })
    .optional()
    .describe(
      "weights of what can roll back; it does at a weighted mean of 1/alpha. Absent: of rollouts from before there was one, where each has its own threshold",
    ),
  critical,
  caps: z.object({
    latency: z.object({ maxIncrease: z.number(), cap: z.number().nullable() }).nullable(),
    cost: z.object({ maxIncrease: z.number(), cap: z.number().nullable() }).nullable(),
  }),
});

/** The largest value that is good; frozen before what it judges. */
export interface FrozenCap {
  /** ms or USD. */
  cap: number;
  /** Share of the control's requests within it when it was frozen. */
  rate: number;
  /** How much that share may fall until the candidate's p95 is above the cap. */
  tolerance: number;
}

/** Limits taken from the control before the arrivals they judge; null until it was seen often enough. */
export interface Caps {
  latency: FrozenCap | null;
  cost: FrozenCap | null;
}

const arm = z.object({ n: z.int().describe("units"), rate: z.number().nullable().describe("share of good ones") });

const guardrailResultSchema = z.object({
  name: z
    .string()
    .describe(
      "a metric; success.floor; cohorts.floor: the same floor for answers to cohorts; success.requests: each request, also of units that were counted before",
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
    .describe("candidate - control within each weight, averaged; null for a floor or where nothing can be compared"),
  ci95: z
    .tuple([z.number(), z.number()])
    .nullable()
    .describe("candidate - control, valid at every look at once; null for a floor"),
  tolerance: z.number(),
  margin: z.number().nullable(),
  configured: z.number().optional().describe("of a floor that the control caps: as it was configured"),
  cap: z.number().nullable().describe("latency in ms, cost in USD: at most this counts as good"),
  verdict: z.enum(["harm", "safe", "undecided", "unmeasured"]),
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
      "e-value against 'outcomes come as late, and are lost as often, in both arms', of those that are not known now; from the threshold on nothing is promoted; null where nobody counts who was served",
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
  settling: z.int().describe("outcomes whose time to settle has not passed; in no other number yet"),
  overdueSince: z
    .string()
    .nullable()
    .describe("a look is due since then and nobody took it, though outcomes arrived for ten minutes; exit 1"),
  awaiting: z.enum(["approval"]).nullable(),
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

export type Phase = (typeof PHASES)[number];
export type Metric = (typeof METRICS)[number];
export type Guardrail = z.infer<typeof guardrail>;
export type RolloutPlan = z.infer<typeof planSchema>;
export type UnknownUnits = Record<keyof typeof unknownUnits, number | null>;
export type CohortCount = z.infer<typeof cohortCount>;
export type GuardrailResult = z.infer<typeof guardrailResultSchema>;
export type Analysis = z.infer<typeof analysisSchema>;
export type RolloutDocument = z.infer<typeof rolloutSchema>;
export type RolloutsDocument = z.infer<typeof rolloutsSchema>;
export type ReplayDocument = z.infer<typeof replaySchema>;
