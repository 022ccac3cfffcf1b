import { z } from "zod";

const spread = z.object({
  mean: z.number(),
  least: z.number(),
  most: z.number(),
});
const share = z.number().min(0).max(1);
const byName = z.object({ name: z.string(), runs: z.int() });

const stepShares = z.object({
  weight: share.describe("what was asked for"),
  runs: z.int().describe("that came to this step"),
  units: spread.describe("share of the units that came at it and got the candidate, over these runs"),
  requests: spread.describe("the same of the requests: units that come often make it vary"),
  perRun: z.object({ units: z.number(), requests: z.number() }).describe("that came at it, mean"),
});

const readSchema = z.object({
  requests: z.int(),
  units: z.int().describe("known ones"),
  withoutUnit: share.describe("of the requests; each of these is one of its own, never seen again"),
  topUnit: share.describe("of the requests, those of the unit that made most"),
  from: z.string().nullable(),
  to: z.string().nullable(),
  hours: z.number(),
  perHour: z.number().nullable().describe("requests; null of one moment"),
  isCut: z.boolean().describe("there is more since then: only the newest were read"),
});

const seenSchema = z.object({
  rollouts: z.int().describe("that were begun since then"),
  units: z.int().describe("that these gave a version"),
  both: z.int().describe("got both versions in one rollout: a weight that grows does that"),
  back: z.int().describe("of those, got the control after the candidate, which no sticky assignment does"),
});

/** `canary calibrate NAME`, `agentops.canary-calibration/1`: rollouts of a version against itself, on what production stored of it. */
export const canaryCalibrationSchema = z.object({
  schema: z.literal("agentops.canary-calibration/1"),
  target: z.string(),
  env: z.string(),
  version: z.string().describe("what everybody is served: both arms are of it"),
  verdict: z
    .enum(["compatible", "exceeded", "too-little"])
    .describe(
      "compatible: the interval of false alarms reaches down to alpha; exceeded: it lies above; too-little: fewer than half of the runs came to an end",
    ),
  since: z.string(),
  read: readSchema,
  seen: seenSchema,
  plan: z.object({
    steps: z.array(share).describe("cohorts are left out: nobody draws who is of one"),
    leftOut: z.array(share).describe("first steps that nobody asked for and that could not be left, or not in time"),
    stepMs: z.number(),
    stepObservations: z.int(),
    trafficMs: z.number().nullable(),
    deadlineMs: z.number(),
    settleMs: z.number(),
    guardrails: z.array(z.string()),
  }),
  seed: z.int(),
  runs: z.int().describe("each divides the same traffic anew; it is served once, and not again where a run needs more"),
  falseAlarms: z.object({
    runs: z.int().describe("rolled back, or invalid by the sizes of the arms"),
    rate: share.nullable(),
    ci95: z.tuple([share, share]).describe("Clopper-Pearson, of other divisions of this traffic"),
    alpha: share.describe("what is promised"),
    by: z.array(byName).describe("guardrails, floors, requests, critical breaches, sample-ratio"),
  }),
  ended: z
    .object({
      promoted: z.int(),
      "rolled-back": z.int(),
      invalid: z.int(),
      idle: z.int(),
      paused: z.int(),
      inconclusive: z.int(),
      open: z.int(),
    })
    .describe("idle: a step learned nothing for too long; open: what is stored ended first"),
  hours: z
    .object({ median: z.number(), p90: z.number() })
    .nullable()
    .describe("until those that were promoted were; null of none"),
  steps: z.array(stepShares),
  flips: z.int().describe("units that got both versions at one step, over all runs"),
  unproven: z
    .array(z.object({ name: z.string(), promoted: z.int(), open: z.int() }))
    .describe("guardrails that were not shown when everybody got it, or are not in runs that did not end"),
  need: z
    .object({ hours: z.number(), units: z.int() })
    .nullable()
    .describe("of traffic, at least, for most runs to end; null where they did"),
});

export type CanaryCalibration = z.infer<typeof canaryCalibrationSchema>;
