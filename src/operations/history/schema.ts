import { z } from "zod";
import { actedShape } from "../../core/acted.schema.ts";

/** `agentops history --json`. */
export const historySchema = z.object({
  schema: z.literal("agentops.history/1"),
  target: z.string(),
  env: z.string(),
  stable: z
    .object({ version: z.string(), since: z.string() })
    .nullable()
    .describe("what everybody is served now; null before the first promotion"),
  events: z
    .array(
      z.object({
        at: z.string(),
        ...actedShape,
        via: z.string().nullable().describe("what took an automatic turn: sdk, observe, advance, watch"),
        action: z
          .string()
          .describe("promote, rollback, approve, gate.accept, kill, kill.reason, revive, or rollout.EVENT"),
        env: z.string().describe('"*": every environment'),
        target: z.string().describe('"all": everything'),
        reason: z.string(),
        serves: z.string().nullable().describe("the stable version from then on; null where it stayed"),
        version: z.string().nullable().describe("the version it was about"),
        phase: z.string().nullable().describe("of the rollout, after it"),
        weight: z.number().nullable().describe("the candidate's share, after it"),
        cohort: z.string().nullable().describe("whose step it was at then"),
        rollout: z.string().nullable(),
        overridden: z.array(z.string()),
        rules: z
          .object({ digest: z.string(), file: z.string(), committed: z.boolean() })
          .nullable()
          .describe("which rules admitted it; committed: those of the default branch's config"),
        hypothesis: z.string().nullable().describe("of a rollout that began: what it was to show"),
        auditEvent: z.int(),
      }),
    )
    .describe("the newest first"),
});

export type HistoryDocument = z.infer<typeof historySchema>;
