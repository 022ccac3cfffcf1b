import { z } from "zod";
import { text } from "./line-text.ts";

/** Why an agent handed a task to a person; the same five for everybody, so that they can be counted. */
const REASONS = ["low-confidence", "policy", "user-request", "error", "approval"] as const;

/** How a task ended, the better first. Given up and expired are no failures by themselves: that is what `success` says. */
export const STATES = ["done", "handed-over", "abandoned", "expired", "failed"] as const;

/** What an observation may say beside what is counted of every one. */
export const detailShape = {
  taskId: text(200).optional().describe("the task that it is of"),
  taskType: text(100).optional().describe("a kind of task: refund, question …"),
  feature: text(100).optional().describe("the part of a product that asked"),
  user: text(500).optional().describe("the person that it was for; what is divided by is the unit"),
  session: text(500).optional(),
  model: text(200).optional().describe("that answered, as provider/model"),
  errorCategory: text(100)
    .optional()
    .describe("tool-failure, timeout, invalid-output, rate-limit, internal, hallucination, … or one of your own"),
  escalated: z
    .strictObject({ reason: z.enum(REASONS) })
    .optional()
    .describe("handed to a person, and why"),
  overridden: z.boolean().optional().describe("a person decided otherwise than the agent"),
  confidence: z.number().min(0).max(1).optional().describe("the agent's own"),
  faithfulness: z.number().min(0).max(1).optional(),
  toolCalls: z.int().min(0).optional(),
  toolCostUsd: z.number().min(0).optional().describe("of tools; costUsd is of models"),
  valueUsd: z.number().optional().describe("what it was worth"),
  valueHours: z.number().optional().describe("a person's hours that it saved"),
  feedback: z.enum(["up", "down"]).optional().describe("a person's word; it changes no success"),
  state: z.enum(STATES).optional().describe("how the task ended; it changes no success"),
  traceId: text(190)
    .optional()
    .describe("lines of one target and trace are one outcome, as if each had the id trace/TRACEID, beside its own"),
};
