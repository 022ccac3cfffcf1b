import { z } from "zod";
import { runInputSchema } from "../../evals/inputs/schema.ts";
import { runResultSchema } from "../../evals/result/schema.ts";
import { checkSchema, verdictSchema } from "../../gate/evaluation.schema.ts";

const { metrics, cases, trials, planned, scored, errors, succeeded } = runResultSchema.shape;

const content = {
  target: z.object({
    address: z.string().describe("prompts/NAME or agents/NAME"),
    version: z.string().nullable().describe("null when the content was not published yet"),
    digest: z.string().describe("of the content that was judged"),
    model: z.string(),
  }),
  suite: z.object({ name: z.string(), digest: z.string() }),
  verdict: verdictSchema,
  checks: z.array(checkSchema),
  metrics,
  counts: z.object({ cases, trials, planned, scored, errors, succeeded }),
  runId: z.string(),
  actor: z.string(),
  createdAt: z.iso.datetime(),
  agentops: z.string().describe("version that judged"),
  digest: z.string().describe("sha256 over the canonical JSON (RFC 8785) of everything else"),
};

/** What one run says of one content, as it travels between machines: a file, or a line of a git note. */
export const evidenceSchema = z.object({
  schema: z.literal("agentops.evidence/2"),
  kind: z.enum(["gate", "bounds"]).describe("gate: compared with another version; bounds: judged alone"),
  control: z
    .object({
      digest: z.string(),
      version: z.string().nullable(),
      model: z.string().optional().describe("who answered for it, where that is not its own model"),
    })
    .nullable()
    .default(null)
    .describe("the content that a gate was compared with"),
  inputs: z
    .array(runInputSchema)
    .describe("the files it was made of and who answered, with those of the run it was compared with"),
  ...content,
});

/** From before runs said which files they were made of: read, kept, and never enough. */
export const evidenceBeforeSchema = z.object({ schema: z.literal("agentops.evidence/1"), ...content });

/** `agentops runs import --json`. */
export const evidenceImportSchema = z.object({
  schema: z.literal("agentops.evidence-import/1"),
  imported: z.array(
    z.object({
      file: z.string(),
      digest: z.string(),
      target: z.string(),
      suite: z.string(),
      verdict: verdictSchema,
      runId: z.string(),
      changed: z.boolean().describe("false when the store had it already"),
    }),
  ),
});

export type Evidence = z.infer<typeof evidenceSchema>;
export type EvidenceDocument = Evidence | z.infer<typeof evidenceBeforeSchema>;
export type EvidenceImport = z.infer<typeof evidenceImportSchema>;
