import { z } from "zod";
import { actedShape } from "../core/acted.schema.ts";
import { breachesShape, floorNow } from "../rollout/guards.schema.ts";

/** `agentops promote --json`, `agentops rollback --json`, and `canary start --dry-run --json`. */
export const releaseSchema = z.object({
  schema: z.literal("agentops.release/1"),
  action: z.enum(["promote", "rollback", "canary.start"]),
  target: z.string(),
  env: z.string(),
  version: z.string().describe("what everybody is served now"),
  digest: z.string(),
  from: z.string().nullable().describe("what it was left for; null when nothing was served before"),
  at: z.string(),
  ...actedShape,
  reason: z.string(),
  overridden: z.array(z.string()).describe("rules of the policy that did not hold"),
  changed: z.boolean().describe("false when it was so already"),
  dryRun: z.boolean().optional().describe("true: this is what would be done; nothing was written"),
  cohorts: z.array(z.string()).optional().describe("of a canary: who would get it before chance divides it"),
  floor: floorNow.nullable().optional().describe("of a canary: the floor of success that it would begin with"),
  breaches: breachesShape.optional().describe("of a canary: what one breach would do"),
  notes: z.array(z.string()).optional().describe("of a canary: what its starter should know"),
  rollout: z.string().nullable().describe("the rollout that this ended or took back"),
});

export type ReleaseDocument = z.infer<typeof releaseSchema>;
