import { z } from "zod";
import { clustersNeededSchema, exampleSchema, needSchema } from "../comparison/schema.ts";
import { BASE_BY } from "../registry/git/base.ts";
import { evaluatedRunSchema } from "./evaluation.schema.ts";

/** `agentops gate --json`. */
export const gateDocumentSchema = z.strictObject({
  schema: z.literal("agentops.gate/1"),
  verdict: z.enum(["pass", "fail", "inconclusive"]),
  weakened: z
    .array(
      z.strictObject({
        suite: z.string().nullable().describe("null where it holds for all of them"),
        file: z.string(),
        changes: z.array(
          z.strictObject({
            code: z.string(),
            what: z.string(),
            weaker: z.boolean().describe("false: it may ask for as much as before"),
          }),
        ),
      }),
    )
    .describe("suites that ask for less on this branch than at the merge base"),
  base: z.strictObject({
    ref: z.string(),
    mergeBase: z.string(),
    by: z
      .enum(BASE_BY)
      .describe(
        "who named it: --base, the variables of CI, the remote's HEAD; else the remote's, or the local, main or master",
      ),
  }),
  compared: z
    .int()
    .describe("prompts and agents of either side; 0 where the base is what is checked out, so that nothing can differ"),
  changed: z.array(
    z.strictObject({
      artifact: z.string(),
      change: z.enum(["added", "modified", "deleted"]),
      from: z.string().nullable().describe("what it was called at the merge base, where its file was renamed"),
      gone: z
        .array(z.string())
        .describe(
          "of a new one: files that are gone and whose place it may have taken, so that its control is not known",
        ),
      control: z.string().nullable().describe("digest at the merge base"),
      candidate: z.string().nullable().describe("digest in the worktree"),
      lines: z
        .array(z.strictObject({ file: z.string(), line: z.int() }))
        .describe("first changed line of each file; files from the repository's top folder"),
      suites: z.array(z.string()).describe("suites that judged it"),
      through: z.string().nullable().describe("agent it was judged through, where no suite names it"),
    }),
  ),
  runs: z.array(
    evaluatedRunSchema.extend({
      artifact: z.string(),
      examples: z.array(exampleSchema).describe("the worst regressions, with both outputs"),
      need: z
        .array(
          z.strictObject({
            check: z.string(),
            cases: z.int().nullable(),
            clusters: clustersNeededSchema,
            why: z.string(),
            other: needSchema
              .nullable()
              .describe("for the difference seen where `cases` is for the one asked for, or the other way round"),
          }),
        )
        .describe("what it would take to decide the undecided checks; cases in all, null when no number would do"),
    }),
  ),
  notes: z.array(z.string()),
});

export type GateDocument = z.infer<typeof gateDocumentSchema>;
export type GateRun = GateDocument["runs"][number];
