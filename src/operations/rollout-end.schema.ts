import { z } from "zod";

/** What a channel is told of a rollout that ends by itself. */
export const rolloutEndSchema = z.object({
  schema: z.literal("agentops.rollout-end/1"),
  id: z.string().describe("of this end: a message that comes twice has the same"),
  rollout: z.string(),
  target: z.string(),
  env: z.string(),
  control: z.string(),
  candidate: z.string(),
  phase: z
    .string()
    .describe(
      "rolled-back, invalid, promoted, or inconclusive: then it waits for a person; paused by harm, or as it was where harm is only told",
    ),
  at: z.string(),
  reason: z.string(),
  via: z.string().nullable().describe("what took the turn: sdk, observe, advance, watch"),
  serves: z
    .string()
    .nullable()
    .describe("what everybody is served now; null while it is under way or waits for a person"),
  look: z.string().describe("the command that shows it"),
});

export type RolloutEnd = z.infer<typeof rolloutEndSchema>;
