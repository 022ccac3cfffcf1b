import { z } from "zod";

const kill = {
  environment: z.string().describe('"*": every environment'),
  target: z.string().describe('agents/NAME, prompts/NAME, or "all"'),
  actor: z.string(),
  reason: z.string(),
  at: z.string().describe("ISO 8601, UTC"),
};

const path = z
  .object({ took: z.boolean(), problem: z.string().nullable() })
  .describe("one of the two paths; either is enough");

export const killSchema = z.object({
  schema: z.literal("agentops.kill/1"),
  action: z.enum(["kill", "revive"]),
  environment: kill.environment,
  targets: z.array(
    z.object({
      target: kill.target,
      changed: z.boolean().describe("false when it was killed, or not killed, already"),
      kill: z.object(kill).nullable().describe("the kill in force; the first one's. Null after a revive"),
      heldBy: z.array(z.object(kill)).describe("other kills that stop the target as well"),
    }),
  ),
  actor: kill.actor,
  reason: kill.reason,
  at: kill.at,
  store: z.string().describe("the store's file; the markers are in the folder FILE.kills"),
  paths: z.object({ marker: path, store: path }),
  recovered: z.int().describe("kills that only a marker knew and that are recorded now"),
});

export const statusSchema = z.object({
  schema: z.literal("agentops.status/1"),
  at: kill.at,
  store: z.string(),
  environments: z.array(
    z.object({
      environment: kill.environment,
      killed: z.array(z.object({ ...kill, via: z.array(z.enum(["marker", "store"])) })),
    }),
  ),
  problems: z.array(z.string()).describe("what could not be read; then nothing killed is not certain"),
});

export type KillDocument = z.infer<typeof killSchema>;
export type StatusDocument = z.infer<typeof statusSchema>;
