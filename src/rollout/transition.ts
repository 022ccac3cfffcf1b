import type { Tx } from "../state/store.ts";
import { appendAuditEvent } from "../audit/events.store.ts";
import { insertStable } from "../serving/serving.store.ts";
import { next } from "./next.ts";
import { cohortAt, isOver, type RolloutEvent, type RolloutState } from "./state.ts";
import { settles } from "./outcomes.ts";
import { insertTransition, type Rollout, updateRollout } from "./rollouts.store.ts";
import { dropWaiting } from "./unsettled.store.ts";

export interface By {
  actor: string;
  reason: string;
  /** What took the turn, where it was automatic. */
  via?: string;
  /** Rules of the policy that did not hold and were skipped for a reason. */
  overridden?: readonly string[];
  /** Which rules decided. */
  rules?: object;
}

/**
 * Applies an event within the caller's transaction: new state, history, audit event and what the environment serves are one. Returns the
 * rollout as it is then; the same object where the event changes nothing, and then nothing is written.
 */
export async function transition(
  tx: Tx,
  rollout: Rollout,
  event: RolloutEvent,
  { overridden = [], via, rules, ...by }: By,
): Promise<Rollout> {
  const state = next(rollout.state, event, rollout.plan);
  if (state === rollout.state) return rollout;
  const { environment, target } = rollout;
  const over = isOver(state.phase);
  const after: Rollout = { ...rollout, state, endedAt: over ? (rollout.endedAt ?? event.at) : null };
  const auditEvent = await appendAuditEvent(tx, {
    at: event.at,
    ...by,
    ...(via !== undefined && { via }),
    ...(rules !== undefined && { rules }),
    action: `rollout.${event.type}`,
    environment,
    target,
    before: shown(rollout, rollout.state),
    after: { ...shown(after, state), ...claimed(rollout, event), ...(overridden.length > 0 && { overridden }) },
  });
  await updateRollout(tx, after);
  if (over && settles(rollout.plan)) await dropWaiting(tx, rollout.seq);
  await insertTransition(tx, after, event, { actor: by.actor, auditEvent });
  const stable = newStable(rollout, state);
  if (stable !== null)
    await insertStable(tx, { ...stable, environment, target, rollout: rollout.seq, at: event.at, ...by, auditEvent });
  return after;
}

/** Recorded where it was made. */
function claimed({ plan: { hypothesis } }: Rollout, { type }: RolloutEvent) {
  return type === "start" && hypothesis !== undefined ? { hypothesis } : {};
}

/** A promotion changes what everybody is served, and so does its rollback; every other end leaves the stable version as it was. */
function newStable({ state, control, candidate }: Rollout, after: RolloutState) {
  if (after.phase === "promoted") return { version: candidate, how: "rollout" as const };
  return state.phase === "promoted" ? { version: control, how: "rollback" as const } : null;
}

function shown({ id, control, candidate, plan }: Rollout, state: RolloutState) {
  const { phase, step, weight } = state;
  const cohort = cohortAt(state, plan);
  return { rollout: id, control, candidate, phase, step, weight, ...(cohort !== null && { cohort }) };
}
