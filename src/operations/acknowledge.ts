import { appendAuditEvent } from "../audit/events.store.ts";
import { AgentopsError } from "../core/errors.ts";
import type { Place } from "../core/refs.ts";
import { isOver } from "../rollout/state.ts";
import { needRollout } from "../rollout/rollouts.store.ts";
import { acknowledgedBy } from "../rollout/stored.store.ts";
import { operatorLocks } from "../state/locks.ts";
import type { Store, Tx } from "../state/store.ts";
import type { Operated } from "./operate.ts";

interface Acknowledgement {
  at: string;
  actor: string;
  reason: string;
}

/**
 * Somebody knows that the newest rollout of a place ended badly; `status` asks for nobody any more. Where there is nothing to know, or somebody
 * said so already, nothing changes. Throws ROLLOUT_NOT_FOUND, and CONCURRENT_CHANGE while it is not over.
 */
export function acknowledge(store: Store, place: Place, by: Acknowledgement): Promise<Operated> {
  return store.inTransaction((tx) => acknowledged(tx, place, by), operatorLocks(place));
}

async function acknowledged(tx: Tx, place: Place, { at, actor, reason }: Acknowledgement): Promise<Operated> {
  const { environment, target } = place;
  const rollout = await needRollout(tx, place);
  const { phase, since } = rollout.state;
  if (!isOver(phase)) {
    throw new AgentopsError("CONCURRENT_CHANGE", `cannot ack: the rollout of ${target} in ${environment} is ${phase}`, {
      hint: `ack is for one that ended; agentops canary status ${target} --env ${environment}`,
    });
  }
  const isBad = phase === "rolled-back" || phase === "invalid";
  if (!isBad || (await acknowledgedBy(tx, place, since)) !== null) return { ...rollout, changed: false };
  await appendAuditEvent(tx, {
    // Another machine's clock may be behind the one that ended it.
    at: at > since ? at : since,
    actor,
    reason,
    action: "rollout.ack",
    environment,
    target,
    before: null,
    after: { rollout: rollout.id, control: rollout.control, candidate: rollout.candidate, phase },
  });
  return { ...rollout, changed: true };
}
