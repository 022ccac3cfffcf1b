import { z } from "zod";

/** `agentops resolve --json` and `AgentOps.resolve`: what a caller is served, and why. */
export const resolutionSchema = z.object({
  schema: z.literal("agentops.resolution/1"),
  target: z.string(),
  env: z.string().nullable(),
  variant: z.enum(["stable", "control", "candidate"]).nullable().describe("stable: no rollout divides the traffic"),
  version: z.string().nullable(),
  digest: z.string().nullable(),
  reason: z
    .enum(["STATIC", "TARGETING_MATCH", "SPLIT", "DISABLED", "STALE", "ERROR"])
    .describe(
      "TARGETING_MATCH: the unit is of a cohort. STALE: the last known good, the store cannot be read. ERROR: nothing can be served, see errorCode",
    ),
  errorCode: z
    .enum(["AGENT_KILLED", "NOT_RELEASED", "STORE_FAILED", "UNIT_MISSING"])
    .nullable()
    .describe("UNIT_MISSING: served by chance instead of sticky"),
  message: z.string().nullable(),
  value: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe("the whole artifact at that version as written; an agent's has its prompt's file under promptContent"),
  rollout: z.string().nullable(),
  weight: z.number().nullable().describe("the candidate's share"),
  cohort: z.string().nullable().describe("the cohort by which the unit gets the candidate, whatever its bucket"),
  bucket: z.number().nullable().describe("the unit's place in [0, 1); below the weight is the candidate"),
  shadow: z
    .object({ version: z.string(), digest: z.string(), value: z.record(z.string(), z.unknown()) })
    .nullable()
    .describe(
      "run this on a copy of the input, never serve its answer, never run its tools; observe it with shadow: true",
    ),
});

export type Resolution = z.infer<typeof resolutionSchema>;
