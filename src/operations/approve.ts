import { AgentopsError } from "../core/errors.ts";
import { operatorLocks } from "../state/locks.ts";
import type { Tx } from "../state/store.ts";
import { appendAuditEvent } from "../audit/events.store.ts";

import type { ReleaseContext } from "./context.ts";
import { storedRef } from "./names.ts";
import { prepareRelease, type PreparedRelease } from "../serving/release.ts";
import type { ApprovalDocument } from "../approvals/schema.ts";
import { approvalsFor, insertApproval } from "../approvals/approvals.store.ts";
import { isAuthor } from "../core/person.ts";

export interface ApprovalOrder {
  /** `NAME@v7`, or NAME for the latest published version. */
  ref: string;
  environment: string;
  actor: string;
  reason: string;
}

/**
 * Records that somebody approves a version for an environment; a second time changes nothing. It counts for exactly this content.
 * Throws POLICY_REFUSED for the version's own author and for a tag that cannot be trusted, REF_INVALID, VERSION_NOT_FOUND.
 */
export async function approve(context: ReleaseContext, order: ApprovalOrder): Promise<ApprovalDocument> {
  const { store, clock } = context;
  const prepared = await prepareRelease(context.project, await storedRef(store.db, order.environment, order.ref));
  refuse(prepared, order);
  const place = { environment: order.environment, target: prepared.address };
  return store.inTransaction((tx) => record(tx, prepared, order, clock.now().toISOString()), operatorLocks(place));
}

function refuse({ address, version, author, problems }: PreparedRelease, { actor, environment }: ApprovalOrder): void {
  const ref = `${address}@${version}`;
  if (actor.trim() === "")
    throw new AgentopsError("USAGE", "nobody approves: the actor has no name", { hint: "--actor NAME" });
  if (problems.length > 0) {
    throw new AgentopsError("POLICY_REFUSED", `${ref} cannot be approved: ${problems.join("; ")}`, {
      hint: `agentops verify ${ref}`,
    });
  }
  if (!isAuthor(actor, author)) return;
  throw new AgentopsError("POLICY_REFUSED", `${actor} published ${ref}, and nobody approves their own version`, {
    hint: `agentops approvals approve ${ref} --env ${environment}   by somebody else (--actor NAME, AGENTOPS_ACTOR)`,
    details: { ref, actor, author: author.name },
  });
}

async function record(tx: Tx, prepared: PreparedRelease, order: ApprovalOrder, at: string): Promise<ApprovalDocument> {
  const { address: target, version, digest } = prepared;
  const { environment, actor, reason } = order;
  const content = { environment, target, version, digest };
  const known = (await approvalsFor(tx, content)).find((approval) => approval.actor === actor);
  if (known === undefined) {
    const after = { version, digest };
    const event = { at, actor, action: "approve" as const, environment, target, reason, before: null, after };
    await insertApproval(tx, { ...content, actor, reason, at, auditEvent: await appendAuditEvent(tx, event) });
  }
  const shown = {
    env: environment,
    target,
    version,
    digest,
    actor,
    reason: known?.reason ?? reason,
    at: known?.at ?? at,
  };
  return { schema: "agentops.approval/1", ...shown, changed: known === undefined };
}
