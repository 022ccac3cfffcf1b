import { z } from "zod";
import { channelSchema } from "../core/channels.schema.ts";
import type { RatioPoint } from "../stats/sequential/ratio.ts";
import { critical } from "./guards.schema.ts";
import { METRICS } from "./metrics.ts";

/** What one guardrail is judged by; every outcome is a share of good units, in [0, 1]. */
const guardrail = z.object({
  name: z.enum(METRICS),
  tolerance: z.number().describe("harm that is accepted; D = control - candidate must be above it to roll back"),
  margin: z.number().describe("safe once D is shown to be below it"),
  mde: z.number().describe("the harm the bets are tuned for"),
  prior: z.number().describe("the control's history; changes the power, never the guarantee"),
  required: z.boolean(),
  onHarm: z
    .enum(["pause", "tell"])
    .optional()
    .describe("what harm does; absent: it rolls back, together with the other evidence"),
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

const limit = { maxIncrease: z.number(), cap: z.number().nullable() };
const OF =
  "the candidate's over the control's is at most 1 + maxIncrease; absent: a share of requests within a limit, of rollouts from before, and where somebody wrote the limit down";

/** How a rollout goes on, frozen when it starts: no later change of the config changes its decisions. */
export const planSchema = z.object({
  steps: z.array(z.number()).describe("shares of the units; 0 at the steps of cohorts"),
  cohorts: z
    .array(z.object({ name: z.string(), units: z.array(z.string()).optional(), domain: z.string().optional() }))
    .optional()
    .describe("whose the first steps are, as the config had them when it started"),
  reach: z
    .object({ perHour: z.number(), requests: z.int(), units: z.int(), newUnits: z.int(), hours: z.number() })
    .optional()
    .describe(
      "who came before it began: requests an hour over the last days; of the newest requests how many, their units, those of the later half that were new, and over how long; absent where less than a day is known",
    ),
  leftOut: z
    .array(z.number())
    .optional()
    .describe("first steps that nobody asked for and that could not be left, or not in time"),
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
  extraMs: z
    .number()
    .optional()
    .describe(
      "how much longer the step before everybody waits for what is not shown, until what is not required is let pass, and a person may let pass the rest; absent: of rollouts from before, which wait until the deadline",
    ),
  idleMs: z
    .number()
    .optional()
    .describe("a step without any outcome for so long is given as much again, once, and then taken back"),
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
  ignored: z
    .array(z.string())
    .optional()
    .describe("configured of a latency or cost that is compared as a ratio, and of shares alone: latency.margin"),
  alarm: z
    .object({
      floors: z.number().describe("of the floors together"),
      returns: z.number().describe("of the requests of units, whether they were counted before or not"),
      pairs: z
        .number()
        .optional()
        .describe(
          "of inputs that both arms answered, one as a copy; absent: of a plan without shadow, and of rollouts from before there were any",
        ),
      guardrails: z.partialRecord(z.enum(METRICS), z.number()),
    })
    .optional()
    .describe(
      "weights of what can roll back; it does at a weighted mean of 1/alpha. Absent: of rollouts from before there was one, where each has its own threshold",
    ),
  critical,
  caps: z.object({
    latency: z.object({ ...limit, of: z.literal("p95").optional().describe(OF) }).nullable(),
    cost: z.object({ ...limit, of: z.literal("mean").optional().describe(OF) }).nullable(),
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

/** What the candidate's values are compared with; frozen before what it judges, and anew as more of the control is known. */
export interface FrozenRatio {
  point: RatioPoint;
  /** The ratio that is accepted. */
  limit: number;
  /** Mean score of the values that it was first made of: what the bets begin with. */
  prior: number;
  /** Values of the control that it is made of. */
  values: number;
  /** Units of the control that were counted before it. */
  after: number;
}

export type FrozenLimit = FrozenCap | FrozenRatio;

/** Limits taken from the control before the arrivals they judge; null until it was seen often enough. */
export interface Caps {
  latency: FrozenLimit | null;
  cost: FrozenLimit | null;
}

export type Guardrail = z.infer<typeof guardrail>;
export type RolloutPlan = z.infer<typeof planSchema>;
