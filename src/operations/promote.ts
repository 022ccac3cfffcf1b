import { AgentopsError } from "../core/errors.ts";
import { reasonIn } from "../core/reason.ts";
import { appendAuditEvent } from "../audit/events.store.ts";
import { operatorLocks } from "../state/locks.ts";
import type { Tx } from "../state/store.ts";
import { type Admitted, enforcePolicy, openPolicyCase, type PolicyCase } from "../policy/policy.ts";
import { lookAt } from "../rollout/look.ts";
import type { Reason } from "../rollout/reason.ts";
import { reasonOf } from "../rollout/why-moved.ts";
import type { Rollout } from "../rollout/rollouts.store.ts";
import { transition } from "../rollout/transition.ts";
import { doneOrTried } from "./dry-run.ts";
import type { ReleaseContext } from "./context.ts";
import { againHint, hasMoved, openOf, type Served, servedAt, somebodyWasFirst } from "./first.store.ts";
import { storedRef } from "./names.ts";
import { keepRelease, prepareRelease } from "../serving/release.ts";
import type { ReleaseDocument } from "./release.schema.ts";
import { findRelease, insertStable } from "../serving/serving.store.ts";

export interface PromoteContext extends ReleaseContext {
  /** Words a reason, for a refusal. */
  say: (reason: Reason) => string;
}

export interface PromoteOrder {
  /** `NAME@v7`, or NAME for the latest published version. */
  ref: string;
  environment: string;
  actor: string;
  /** As typed. */
  reason: string | undefined;
  override: boolean;
  /** Only say what would be done, or who would refuse. */
  dryRun?: boolean;
}

/**
 * Serves a published version to everybody, when the policy admits it. What is stable already stays so, without a question. Release,
 * stable version and audit event are one transaction. Throws REF_INVALID, VERSION_NOT_FOUND, POLICY_REFUSED, and CONCURRENT_CHANGE
 * while a rollout of another version is open.
 */
export async function promote(context: PromoteContext, order: PromoteOrder): Promise<ReleaseDocument> {
  const { environment } = order;
  const { store } = context;
  // No name is resolved and no evidence read while others wait for the lock.
  const prepared = await prepareRelease(context.project, await storedRef(store.db, environment, order.ref), "promote");
  const seen = await servedAt(store.db, { environment, target: prepared.address });
  const policyCase = await openPolicyCase(context, prepared, { environment, act: "promote", actor: order.actor });
  const locks = operatorLocks({ environment, target: prepared.address });
  const { dryRun } = order;
  const done = await doneOrTried(store, (tx) => admitted(tx, context, policyCase, { ...order, seen }), { ...locks, dryRun }); // prettier-ignore
  return { ...done, ...(dryRun === true && { dryRun }) };
}

async function admitted(
  tx: Tx,
  context: PromoteContext,
  policyCase: PolicyCase,
  order: PromoteOrder & { seen: Served },
): Promise<ReleaseDocument> {
  const at = context.clock.now().toISOString();
  const { prepared, environment } = policyCase;
  const { address: target, version, digest } = prepared;
  const now = await servedAt(tx, { environment, target });
  const [open, from] = [openOf(now), now.stable?.version ?? null];
  refuseOther(open, version);
  const by = { actor: order.actor, reason: reasonIn(order.reason) ?? "promoted" };
  const document: ReleaseDocument = {
    schema: "agentops.release/1",
    action: "promote",
    target,
    env: environment,
    version,
    digest,
    from,
    at,
    actor: by.actor,
    authenticated: false,
    reason: by.reason,
    overridden: [],
    changed: true,
    rollout: open?.id ?? null,
  };
  const same = from === version && (await findRelease(tx, target, version))?.digest === digest;
  if (open === undefined && same) return { ...document, changed: false };
  if (hasMoved(order.seen, now))
    throw await somebodyWasFirst(tx, { environment, target }, now, {
      at,
      hint: againHint(prepared.address, environment),
    });
  const override = { wanted: order.override, reason: order.reason };
  const admitted = await enforcePolicy(tx, policyCase, { now: at, override });
  await keepRelease(tx, prepared, at);
  if (open === undefined) await replaceStable(tx, document, admitted);
  else await endRollout(tx, await lookedAt(tx, context, open, at), at, { ...by, ...admitted });
  return { ...document, overridden: admitted.overridden };
}

function refuseOther(open: Rollout | undefined, version: string): void {
  if (open === undefined || open.candidate === version) return;
  throw new AgentopsError(
    "CONCURRENT_CHANGE",
    `a rollout of ${open.target}@${open.candidate} is open in ${open.environment}`,
    { hint: `agentops canary abort ${open.target} --env ${open.environment}`, details: { rollout: open.id } },
  );
}

/** What was observed of it must not forbid it, up to the last outcome. */
async function lookedAt(tx: Tx, { say }: PromoteContext, open: Rollout, at: string): Promise<Rollout> {
  const { rollout, judged } = await lookAt(tx, open, at, { whole: true });
  if (judged.verdict !== "rollback" && judged.verdict !== "invalid") return rollout;
  throw new AgentopsError("POLICY_REFUSED", `its rollout says ${judged.verdict}: ${say(reasonOf(judged, rollout))}`, {
    hint: `agentops rollback ${open.target} --env ${open.environment}   takes it back`,
  });
}

async function endRollout(
  tx: Tx,
  rollout: Rollout,
  at: string,
  by: Admitted & { actor: string; reason: string },
): Promise<void> {
  // The rollout's own transition writes the stable version and the audit event.
  const after = await transition(tx, rollout, { type: "promote", at }, by);
  if (after.state.phase === "promoted") return;
  throw new AgentopsError("CONCURRENT_CHANGE", `the rollout ${rollout.id} is ${rollout.state.phase}`, {
    hint: `agentops canary status ${rollout.target} --env ${rollout.environment}`,
  });
}

async function replaceStable(tx: Tx, document: ReleaseDocument, { overridden, rules }: Admitted): Promise<void> {
  const { target, env: environment, version, digest, from, at, actor, reason } = document;
  const auditEvent = await appendAuditEvent(tx, {
    at,
    actor,
    action: "promote",
    environment,
    target,
    reason,
    before: from === null ? null : { version: from },
    after: { version, digest, ...(overridden.length > 0 && { overridden }) },
    rules,
  });
  await insertStable(tx, {
    environment,
    target,
    version,
    how: "promote",
    rollout: null,
    at,
    actor,
    reason,
    auditEvent,
  });
}
