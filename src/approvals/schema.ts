import { z } from "zod";
import { actedShape } from "../core/acted.schema.ts";

const approval = {
  env: z.string(),
  target: z.string(),
  version: z.string(),
  digest: z.string().describe("of the content that was approved; a moved tag is not"),
  ...actedShape,
  key: z.string().nullable().describe("the fingerprint of that key"),
  reason: z.string(),
  at: z.string(),
};

/** `agentops approvals approve --json`. */
export const approvalSchema = z.object({
  schema: z.literal("agentops.approval/1"),
  ...approval,
  changed: z.boolean().describe("false when this actor had approved it already"),
});

/** `agentops approvals list --json`. */
export const approvalsSchema = z.object({
  schema: z.literal("agentops.approvals/1"),
  approvals: z.array(z.object(approval)).describe("the newest first"),
});

export type ApprovalDocument = z.infer<typeof approvalSchema>;
export type ApprovalsDocument = z.infer<typeof approvalsSchema>;
