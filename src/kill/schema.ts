import { z } from "zod";

export const killShape = {
  environment: z.string().describe('"*": every environment'),
  target: z.string().describe('agents/NAME, prompts/NAME, or "all"'),
  actor: z.string(),
  reason: z.string().nullable().describe("null while nobody has given one"),
  at: z.string().describe("ISO 8601, UTC"),
};

const path = z
  .object({ took: z.boolean(), problem: z.string().nullable() })
  .describe("one of the two paths; either is enough");

export const killSchema = z.object({
  schema: z.literal("agentops.kill/1"),
  action: z.enum(["kill", "revive"]),
  environment: killShape.environment,
  targets: z.array(
    z.object({
      target: killShape.target,
      known: z
        .boolean()
        .nullable()
        .describe("whether a file, tag, release or earlier kill has the name; null where that could not be told"),
      changed: z.boolean().describe("false when it was killed, or not killed, already"),
      kill: z.object(killShape).nullable().describe("the kill in force; the first one's. Null after a revive"),
      heldBy: z.array(z.object(killShape)).describe("other kills that stop the target as well"),
    }),
  ),
  known: z.boolean().nullable().describe("of all targets: false where one is not, null where one could not be told"),
  unchecked: z.array(z.string()).describe("what could have known the names and could not be read"),
  actor: killShape.actor,
  reason: killShape.reason,
  at: killShape.at,
  store: z.string().describe("the store's file; the markers are in the folder FILE.kills"),
  paths: z.object({ marker: path, store: path }),
  recovered: z.int().describe("kills that only a marker knew and that are recorded now"),
});

export type KillDocument = z.infer<typeof killSchema>;
