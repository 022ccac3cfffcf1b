import { z } from "zod";
import { actedShape } from "../core/acted.schema.ts";

export const killShape = {
  environment: z.string().describe('"*": every environment'),
  target: z.string().describe('agents/NAME, prompts/NAME, or "all"'),
  ...actedShape,
  reason: z.string().nullable().describe("null while nobody has given one"),
  at: z.string().describe("ISO 8601, UTC"),
};

const path = z
  .object({ took: z.boolean(), problem: z.string().nullable() })
  .describe("one of the two paths; either is enough");

const someProcess = z.object({ host: z.string(), pid: z.int(), seenAt: z.string() });

const arrivalSchema = z.object({
  processes: z.int().describe("agents' processes of the environment that have shown themselves in the last minute"),
  saw: z.int().describe("those of them that saw the kill"),
  withinMs: z.number().describe("how long it took until all had seen it, or how long was waited"),
  missing: z.array(someProcess).describe("those that did not; exit 4"),
  ended: z
    .array(someProcess)
    .describe("of this host, which has no such process any more: they ended without saying so in the last minute"),
  silent: z.array(someProcess).describe("not seen for a minute, and never said that they end; of the last day"),
  problem: z.string().nullable().describe("why nobody could be asked; exit 4"),
});

export type Arrival = z.infer<typeof arrivalSchema>;

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
  ...actedShape,
  reason: killShape.reason,
  at: killShape.at,
  store: z.string().describe("the store's file; the markers are in the folder FILE.kills"),
  paths: z.object({ marker: path, store: path }),
  recovered: z.int().describe("kills that only a marker knew and that are recorded now"),
  readers: z
    .array(z.string())
    .optional()
    .describe("agents that read a prompt that was killed, and go on; --with-readers kills them too"),
  arrival: arrivalSchema.optional().describe("with --wait"),
});

export type KillDocument = z.infer<typeof killSchema>;
