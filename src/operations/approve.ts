import { AgentopsError } from "../core/errors.ts";
import type { Mailmap } from "../core/mailmap.ts";
import { fullName, samePerson } from "../core/person.ts";
import { operatorLocks } from "../state/locks.ts";
import type { Tx } from "../state/store.ts";
import { appendAuditEvent } from "../audit/events.store.ts";

import type { ReleaseContext } from "./context.ts";
import { storedRef } from "./names.ts";
import { rulesOf } from "../policy/rules.ts";
import { mailmapOf } from "../registry/people.ts";
import { prepareRelease, type PreparedRelease, publishersOf } from "../serving/release.ts";
import type { ApprovalDocument } from "../approvals/schema.ts";
import { approvalsFor, insertApproval, replaceApproval } from "../approvals/approvals.store.ts";
import { signApproval, type Signed } from "../approvals/signature.ts";

export interface ApprovalOrder {
  /** `NAME@v7`, or NAME for the latest published version. */
  ref: string;
  environment: string;
  actor: string;
  reason: string;
  /** With git's ssh key; the actor is then whom the list of signers says it is of. */
  sign?: boolean | undefined;
}

/** An order, and what is known of who gives it. */
interface Given extends ApprovalOrder {
  at: string;
  signed: Signed | null;
}

/**
 * Records that somebody approves a version for an environment; a second time changes nothing. It counts for exactly this content.
 * Throws POLICY_REFUSED for the version's own author, for a tag that cannot be trusted, without a signature where only those count, and for
 * a key that is not listed; REF_INVALID, VERSION_NOT_FOUND, USAGE where git cannot sign.
 */
export async function approve(context: ReleaseContext, order: ApprovalOrder): Promise<ApprovalDocument> {
  const { project, store, clock } = context;
  const { environment } = order;
  const prepared = await prepareRelease(
    project,
    await storedRef(store.db, environment, order.ref),
    "approvals approve",
  );
  refuseTampered(prepared);
  const { address: target, version, digest } = prepared;
  if (order.sign !== true && rulesOf(project, environment).approvals.signed) throw unsigned(prepared, order);
  const mailmap = await mailmapOf(project);
  refuseAuthor(prepared, order, [order.actor], mailmap);
  const at = clock.now().toISOString();
  const signed = order.sign === true ? await signApproval(project, { target, version, digest, environment, at }) : null;
  refuseAuthor(prepared, order, signed?.principals ?? [], mailmap);
  const given = { ...order, actor: actorOf(order, signed, mailmap), at, signed };
  return store.inTransaction((tx) => record(tx, prepared, given), operatorLocks({ environment, target }));
}

/** Of several names that a key has, the one that was given. */
function actorOf({ actor }: ApprovalOrder, signed: Signed | null, mailmap: Mailmap): string {
  if (signed === null) return actor;
  return signed.principals.find((name) => samePerson(name, actor, mailmap)) ?? signed.principals[0] ?? actor;
}

function refuseTampered({ address, version, problems }: PreparedRelease): void {
  const ref = `${address}@${version}`;
  if (problems.length === 0) return;
  throw new AgentopsError("POLICY_REFUSED", `${ref} cannot be approved: ${problems.join("; ")}`, {
    hint: `agentops verify ${ref}`,
  });
}

function unsigned({ address, version }: PreparedRelease, { environment }: ApprovalOrder): AgentopsError {
  const ref = `${address}@${version}`;
  return new AgentopsError("POLICY_REFUSED", `the approval would not count: ${environment} takes signed ones only`, {
    hint: `agentops approvals approve ${ref} --env ${environment} --sign`,
  });
}

function refuseAuthor(
  prepared: PreparedRelease,
  { actor, environment, sign = false }: ApprovalOrder,
  names: readonly string[],
  mailmap: Mailmap,
): void {
  const { address, version, author } = prepared;
  const ref = `${address}@${version}`;
  const own = names.find((name) => publishersOf(prepared).some((publisher) => samePerson(name, publisher, mailmap)));
  if (own === undefined) return;
  throw new AgentopsError("POLICY_REFUSED", `${own} published ${ref}, and nobody approves their own version`, {
    hint: `agentops approvals approve ${ref} --env ${environment}${sign ? " --sign" : ""}   by somebody other than ${fullName(author)} (--actor NAME, AGENTOPS_ACTOR)`,
    details: { ref, actor, author: author.name },
  });
}

async function record(tx: Tx, prepared: PreparedRelease, given: Given): Promise<ApprovalDocument> {
  const { address: target, version, digest } = prepared;
  const { environment, actor, reason, at, signed } = given;
  const content = { environment, target, version, digest };
  const known = (await approvalsFor(tx, content)).find((approval) => approval.actor === actor);
  // A signature is more than a word, and another key may be listed where the first one no longer is.
  const changed = known === undefined || (signed !== null && signed.key !== known.key);
  if (changed) {
    const proof = signed === null ? {} : { signature: signed.signature, key: signed.key };
    const how = signed === null ? {} : { authenticated: `ssh ${signed.key}` };
    const event = { at, actor, action: "approve" as const, environment, target, reason, before: null, ...how };
    const auditEvent = await appendAuditEvent(tx, { ...event, after: { version, digest, ...proof } });
    await (known === undefined ? insertApproval : replaceApproval)(tx, { ...content, actor, reason, at, auditEvent });
  }
  const shown = changed ? { reason, at, key: signed?.key ?? null } : known;
  return {
    schema: "agentops.approval/1",
    env: environment,
    target,
    version,
    digest,
    actor,
    authenticated: shown.key !== null,
    key: shown.key,
    reason: shown.reason,
    at: shown.at,
    changed,
  };
}
