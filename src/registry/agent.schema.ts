import { z } from "zod";
import { NAME_PATTERN, NAME_RULE } from "../core/refs.ts";

const name = z.string().regex(NAME_PATTERN, NAME_RULE);
const jsonSchema = z.record(z.string(), z.unknown());
const text = z.string().min(1);
const texts = z.array(text);
const duration = z.string().regex(/^\d+(ms|s|m|h|d)$/, "a duration is a number and ms, s, m, h or d: 30m");

const toolName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/,
    "a tool name is what providers accept: letters, digits, _ and -, at most 64",
  );

const toolSchema = z.strictObject({
  name: toolName,
  description: z.string().optional(),
  risk: z.enum(["low", "medium", "high"]).optional(),
  sideEffects: z.boolean().optional(),
  class: texts.optional().describe("classes of action it belongs to, for approvals:"),
  inputSchema: jsonSchema,
  authorize: text.optional().describe("CEL over args, task, agent; must be true for the call to run"),
  approval: z
    .strictObject({
      when: text.optional(),
      approvers: z.array(text).min(1),
      timeout: duration.optional(),
      onTimeout: z.enum(["reject", "approve"]).optional(),
    })
    .optional(),
  contract: z
    .strictObject({
      timeoutMs: z.int().min(1),
      retries: z.int().min(0),
      idempotencyKey: text,
      breaker: z.strictObject({
        failureRate: z.number().min(0).max(1),
        minCalls: z.int().min(1),
        openMs: z.int().min(1),
      }),
    })
    .partial()
    .optional(),
  compensate: z
    .union([text, z.strictObject({ none: text })])
    .optional()
    .describe("the tool that undoes this one, or none: and why there is none"),
});

const handoff = z.strictObject({
  to: z
    .string()
    .regex(/^agents\/[a-z0-9]/, "a handoff goes to agents/NAME")
    .describe("agents/NAME"),
  maxDepth: z.int().min(1).optional().describe("handoffs in a row, this one counted, before it is refused"),
  input: jsonSchema.optional().describe("JSON Schema of all that the other agent is told"),
});

const limits = z
  .strictObject({
    maxSteps: z.int().min(1),
    maxDurationMs: z.int().min(1),
    maxCostUsdPerTask: z.number().positive(),
    maxToolCalls: z.int().min(0),
    maxTokensPerTask: z.int().min(1),
    maxDepth: z.int().min(1).describe("handoffs in a row"),
  })
  .partial();

/** Decisions of people by class of action, over all tools of the agent. */
const approvalByClass = z.strictObject({
  class: text.describe("bulk, external, or a class that tools name"),
  when: text.optional().describe("CEL over args, task, agent"),
  approvers: z.array(text).min(1),
});

/** `agents/*.agent.yml`. */
export const agentSchema = z.strictObject({
  name,
  description: z.string().optional(),
  owner: z.strictObject({ team: text, contact: text.optional(), escalation: text.optional() }).optional(),
  class: z
    .enum(["simple", "rag", "multi-agent", "interactive", "background", "workflow"])
    .optional()
    .describe("what kind of work it is"),
  pattern: z
    .enum(["single", "supervisor", "hierarchical", "network"])
    .optional()
    .describe("how it works with other agents"),
  prompt: name.describe("the prompt, read from the same commit"),
  model: text.optional().describe("overrides the prompt's model pin"),
  fallbackModels: texts.optional(),
  allowedModels: texts.optional().describe("pins it may be answered by; * stands for any part: openai/*"),
  allowFloating: z.boolean().optional(),
  scope: z
    .strictObject({ in: texts, out: texts })
    .partial()
    .optional()
    .describe("kinds of task it is for, and those it must leave alone"),
  data: z
    .strictObject({ reads: texts, writes: texts, classes: texts })
    .partial()
    .optional()
    .describe("kinds of data it reads and writes, and the classes it may see"),
  purposes: texts.optional().describe("purposes a task may have"),
  restrictions: z
    .strictObject({ tools: z.array(toolName).min(1), when: text.optional() })
    .optional()
    .describe("tools it may not call; wins over tools"),
  handoffs: z.array(handoff).optional(),
  slos: z.array(name).optional().describe("objectives it is held to"),
  approvals: z.array(approvalByClass).optional(),
  tools: z.array(toolSchema).optional(),
  limits: limits.optional(),
  guards: z.strictObject({ input: texts, output: texts }).partial().optional(),
  evals: z.array(name).optional().describe("names of suites that judge this agent"),
  runbook: text.optional().describe("file that says what to do when it misbehaves, from the project's folder"),
});

export type Agent = z.infer<typeof agentSchema>;
export type Tool = z.infer<typeof toolSchema>;
