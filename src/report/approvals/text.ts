import { printable } from "../../core/printable.ts";
import type { ApprovalDocument, ApprovalsDocument } from "../../approvals/schema.ts";
import type { Style } from "../style.ts";
import { columns } from "../table.ts";

export function approvalText(
  { target, version, env, actor, at, changed, ...how }: ApprovalDocument,
  style: Style,
): string {
  const what = `${target}@${version} in ${env}`;
  if (changed) return `${style.good("approved")} ${what} by ${whoText({ actor, ...how })}`;
  return `${what} was approved by ${whoText({ actor, ...how })} already, ${minute(at)}`;
}

export function approvalsText({ approvals }: ApprovalsDocument, style: Style): string {
  if (approvals.length === 0) return "nothing is approved   agentops approvals approve REF";
  const rows = approvals.map(({ target, version, env, at, reason, ...who }) => {
    return [`${target}@${version}`, env, whoText(who), minute(at), printable(reason)];
  });
  return columns(["version", "environment", "by", "at", "why"], rows, style.dim);
}

/** What stands behind the name. */
function whoText({ actor, authenticated }: Pick<ApprovalDocument, "actor" | "authenticated">): string {
  return `${printable(actor)} (${authenticated ? "signed" : "not authenticated"})`;
}

function minute(at: string): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}
