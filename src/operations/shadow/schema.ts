import { z } from "zod";
import { rolloutSchema } from "../../rollout/schema.ts";

const pairs = z.object({ both: z.int(), onlyControl: z.int(), onlyCandidate: z.int(), neither: z.int() });
const arm = z.object({ version: z.string(), run: z.string().describe("agentops runs show RUN") });

/** `canary shadow NAME --suite SUITE`, `agentops.canary-shadow/1`: both versions of a rollout on the inputs of a suite, and what became of it. */
export const canaryShadowSchema = z.object({
  schema: z.literal("agentops.canary-shadow/1"),
  target: z.string(),
  env: z.string(),
  suite: z.string(),
  control: arm,
  candidate: arm,
  cases: z.object({
    answered: z.int().describe("by both, and scored"),
    unscored: z.int().describe("that one side has no score of"),
    unmatched: z.int().describe("that one side does not have, or with another input"),
  }),
  counted: pairs.describe("what these answers add to the rollout's evidence, one pair a case, or a cluster of cases"),
  repeated: z.int().describe("cases that the rollout had a pair of, or whose cluster had one"),
  correlation: z.number().nullable().describe("of the two successes over the answered cases; null where one side has only one kind"),
  stopped: z.string().nullable().describe("why not every case was asked"),
  rollout: rolloutSchema,
}); // prettier-ignore

export type CanaryShadow = z.infer<typeof canaryShadowSchema>;
