import { printable } from "../../core/printable.ts";
import type { ApprovalDocument, ApprovalsDocument } from "../../approvals/schema.ts";
import type { Style } from "../style.ts";
import { columns } from "../table.ts";

export function approvalText({ target, version, env, actor, at, changed }: ApprovalDocument, style: Style): string {
  const what = `${target}@${version} in ${env}`;
  if (changed) return `${style.good("approved")} ${what} by ${printable(actor)}`;
  return `${what} was approved by ${printable(actor)} already, ${minute(at)}`;
}

export function approvalsText({ approvals }: ApprovalsDocument, style: Style): string {
  if (approvals.length === 0) return "nothing is approved   agentops approvals approve REF";
  const rows = approvals.map(({ target, version, env, actor, at, reason }) => {
    return [`${target}@${version}`, env, printable(actor), minute(at), printable(reason)];
  });
  return columns(["version", "environment", "by", "at", "why"], rows, style.dim);
}

function minute(at: string): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}
