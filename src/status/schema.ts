import { z } from "zod";
import { actedShape } from "../core/acted.schema.ts";
import { killShape } from "../kill/schema.ts";
import { cohortCount } from "../rollout/schema.ts";

const served = {
  n: z.int().describe("requests that were served and whose outcome is known, no copies in shadow"),
  succeeded: z.int(),
  unsafe: z.int(),
  exposed: z.int().describe("answers that callers told they served, whether an outcome came or not; 0 where none does"),
};

const counts = z.object({
  from: z.string().describe("counted by the hour: the beginning of the first one"),
  ...served,
  versions: z.array(z.object({ version: z.string(), ...served })).describe("each version apart"),
});

const arm = z.object({ n: z.int().describe("units"), rate: z.number().nullable().describe("share of good ones") });

const ofArm = z.object({
  exposed: z.int().describe("units that were drawn and served, and have settled"),
  unknown: z.int().describe("of those, without an outcome yet"),
});

const servedTarget = z.object({
  target: z.string(),
  stable: z
    .object({
      version: z.string(),
      since: z.string(),
      ...actedShape,
      how: z.enum(["promote", "rollout", "rollback"]),
    })
    .nullable()
    .describe("what everybody is served who is not part of a rollout"),
  rollout: z
    .object({
      id: z.string(),
      control: z.string(),
      candidate: z.string(),
      phase: z.string(),
      step: z.int(),
      steps: z.array(z.number()),
      weight: z.number(),
      cohort: z.string().nullable().describe("whose step it is at"),
      cohorts: z.array(cohortCount).describe("not compared: not randomised"),
      since: z.string().describe("when the step or phase began"),
      startedAt: z.string(),
      look: z
        .object({ at: z.string(), verdict: z.string() })
        .nullable()
        .describe("the last one; null before the first"),
      verdict: z.string().describe("on all that is stored, also what no look has counted"),
      guardrails: z
        .array(
          z.object({
            name: z.string(),
            control: arm.nullable().describe("null for an absolute floor"),
            candidate: arm,
            harmE: z.number().describe("the largest so far"),
            harmThreshold: z.number(),
            safeE: z.number().nullable(),
            safeThreshold: z.number().nullable(),
            verdict: z.string(),
          }),
        )
        .describe("those that something was seen of, each arm apart"),
      unseen: z.int().describe("units that came since the last look"),
      unknown: z
        .object({ control: ofArm, candidate: ofArm })
        .nullable()
        .describe("in no number here; null where nobody said who was served"),
      settleMs: z.int().describe("a unit counts so long after it was served; 0: as its outcome arrives"),
      lacksOutcomes: z
        .boolean()
        .describe("too many outcomes of an arm are missing, or of one more than of the other: it does not move up"),
      overdueSince: z
        .string()
        .nullable()
        .describe("a look is due since then and nobody took it, though outcomes arrived for ten minutes"),
    })
    .nullable()
    .describe("the one under way"),
  lastHour: counts,
  lastDay: counts,
  wrong: z.array(z.string()).describe("what needs a person and is no kill; exit 1"),
});

const badThing = z.object({
  at: killShape.at,
  target: z.string(),
  version: z.string(),
  what: z.enum(["unsafe", "rolled-back", "invalid", "inconclusive"]),
  why: z.string().describe("the kind of breach, or the reason of the change"),
});

const shownProcess = z.object({
  host: z.string(),
  pid: z.int(),
  startedAt: z.string(),
  seenAt: z.string(),
  state: z
    .enum(["current", "behind", "silent", "ended"])
    .describe(
      "saw the last change of the store, did not yet, was not seen for a minute and never said that it ends; or ended: this host has no such process any more",
    ),
  serves: z.array(z.string()).describe("target@version that it recorded outcomes of in the last minute"),
});

export const statusSchema = z.object({
  schema: z.literal("agentops.status/1"),
  at: killShape.at,
  store: z.string(),
  environments: z.array(
    z.object({
      environment: killShape.environment,
      frozen: z
        .object({ ...actedShape, reason: z.string(), at: z.string(), until: z.string() })
        .nullable()
        .describe("nothing is released and nothing climbs until then"),
      killed: z.array(z.object({ ...killShape, via: z.array(z.enum(["marker", "store"])) })),
      targets: z.array(servedTarget),
      processes: z.array(shownProcess).describe("agents' processes that have shown themselves, of the last day"),
      bad: z.array(badThing).describe("of the last 24 hours, the newest first, at most 5"),
    }),
  ),
  problems: z.array(z.string()).describe("what could not be read; then nothing killed is not certain"),
});

export type StatusDocument = z.infer<typeof statusSchema>;
export type ServedTarget = z.infer<typeof servedTarget>;
export type ShownProcess = z.infer<typeof shownProcess>;
export type BadThing = z.infer<typeof badThing>;
