import { z } from "zod";
import { ERROR_CATEGORIES } from "./span/errors.ts";
import { SPAN_KINDS } from "./span/kinds.ts";
import { STATES } from "./trace/summary.ts";

const tokensSchema = z.object({
  input: z.int().describe("cached ones included"),
  output: z.int().describe("those of reasoning included"),
  cached: z.int(),
  cacheWrite: z.int(),
  reasoning: z.int(),
});

const listedSchema = z.object({
  id: z.string(),
  name: z.string().describe("of its root, or of the span that began first"),
  agent: z.string().nullable().describe("what the agent calls itself"),
  target: z.string().nullable().describe("prompts/NAME or agents/NAME; null where nobody said and no agent here has that name"),
  version: z.string().nullable(),
  environment: z.string().nullable(),
  task: z.string().nullable(),
  user: z.string().nullable(),
  session: z.string().nullable(),
  startedAt: z.string(),
  durationMs: z.number(),
  costUsd: z.number().nullable().describe("of the calls that have a price; null where none has"),
  unpricedCalls: z.int(),
  tokens: z.object({ input: z.int(), output: z.int() }),
  spanCount: z.int(),
  modelCalls: z.int().describe("calls of models within which there is no other"),
  toolCalls: z.int(),
  models: z.array(z.string()),
  tools: z.array(z.string()),
  status: z.enum(["ok", "error"]),
  errorCategory: z.enum(ERROR_CATEGORIES).nullable(),
  outcome: z.object({
    success: z.boolean().nullable(),
    source: z.enum(["attribute", "status", "unknown"]).describe("what said so"),
    state: z.enum(STATES).nullable().describe("null where the span that the task is has not come, or nobody serves in it"),
  }),
  isComplete: z.boolean().describe("its root is here"),
  probability: z.number().describe("how probable it was that it was kept; estimates weigh by it"),
  notUnderstood: z.object({ attributes: z.int() }),
}); // prettier-ignore

export type ListedTrace = z.infer<typeof listedSchema>;

/** `agentops trace list --json`. */
export const tracesSchema = z.object({
  schema: z.literal("agentops.traces/1"),
  total: z.int().describe("that the filters let through"),
  traces: z.array(listedSchema).describe("the newest first"),
  looked: z.int().nullable().describe("with --text: how many traces were read for it, newest first"),
});
export type TracesDocument = z.infer<typeof tracesSchema>;

const spanSchema = z.object({
  step: z.int().describe("its place in the tree, from 1"),
  id: z.string(),
  parent: z.string().nullable(),
  depth: z.int(),
  kind: z.enum(SPAN_KINDS),
  name: z.string(),
  status: z.enum(["ok", "error", "unset"]),
  startMs: z.number().describe("after the trace began"),
  durationMs: z.number(),
  model: z.object({ provider: z.string().nullable(), asked: z.string().nullable(), answered: z.string().nullable() }).nullable(), // prettier-ignore
  tokens: tokensSchema.nullable(),
  costUsd: z.number().nullable(),
  tool: z.object({ name: z.string(), callId: z.string().nullable() }).nullable(),
  error: z.object({ category: z.enum(ERROR_CATEGORIES), message: z.string() }).nullable(),
  cut: z.array(z.object({ key: z.string(), bytes: z.int(), sha256: z.string() })).describe("texts of which only the beginning was kept: how long each was"),
  marks: z
    .array(z.enum(["critical", "costly", "failing"]))
    .describe("critical: the trace waited for it; costly: it, or what is in it, cost the most; failing: on the way to what failed"),
  given: z.unknown().describe("what it was given: messages of a model, arguments of a tool; null where nothing was recorded"),
  gave: z.unknown().describe("what it gave"),
}); // prettier-ignore
export type ShownSpan = z.infer<typeof spanSchema>;

/** `agentops trace show --json`. */
export const traceSchema = listedSchema.extend({
  schema: z.literal("agentops.trace/1"),
  time: z.object({ modelMs: z.number(), toolMs: z.number(), humanMs: z.number(), queueMs: z.number(), ownMs: z.number() }).describe("together the duration"), // prettier-ignore
  spans: z.array(spanSchema).describe("in the order of the tree"),
  notUnderstood: z.object({ attributes: z.int(), keys: z.array(z.string()) }),
});
export type TraceDocument = z.infer<typeof traceSchema>;

/** `agentops trace forget --json`. */
export const traceForgetSchema = z.object({
  schema: z.literal("agentops.trace-forget/1"),
  traces: z.int().describe("erased, with all that was said in them"),
  outcomes: z.int().describe("that no longer say whom they were for"),
  waiting: z.int().describe("that an open rollout counts: run again when it has ended"),
  cases: z.int().describe("proposed ones that were made of these traces"),
});
export type TraceForgetDocument = z.infer<typeof traceForgetSchema>;

/** `agentops trace import --json`. */
export const traceImportSchema = z.object({
  schema: z.literal("agentops.trace-import/1"),
  store: z.string(),
  outcomes: z.int().describe("tasks whose outcome is recorded by now, or told again with more"),
  redacted: z.record(z.string(), z.int()).describe("how often each kind was taken out before anything was stored"),
  files: z.array(
    z.object({
      file: z.string(),
      format: z.string(),
      traces: z.int().describe("that spans were added to"),
      spans: z.int().describe("new ones"),
      repeated: z.int().describe("the store had them"),
      rejected: z.int().describe("left out: they are no spans"),
      notUnderstood: z.int().describe("attributes of new spans that no line of the table knows; they are kept"),
    }),
  ),
});
export type TraceImportDocument = z.infer<typeof traceImportSchema>;
