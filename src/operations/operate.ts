import { AgentopsError } from "../core/errors.ts";
import type { Place } from "../core/refs.ts";
import type { Sqlite } from "../state/connection.ts";
import { inOneTransaction } from "../state/transaction.ts";
import { isOver } from "../rollout/next.ts";
import { needRollout, type Rollout, starterOf } from "../rollout/rollouts.store.ts";
import { type By, transition } from "../rollout/transition.ts";

/** What a person does with a rollout that is under way. */
export type Operation = "pause" | "resume" | "approve" | "abort";

/**
 * Applies it in one transaction. Throws ROLLOUT_NOT_FOUND, and CONCURRENT_CHANGE where the rollout is in a phase that it does not fit: it
 * went on, or somebody was faster.
 */
export function operate(sqlite: Sqlite, place: Place, operation: Operation, by: By & { at: string }): Rollout {
  return inOneTransaction(sqlite, () => operated(sqlite, place, operation, by));
}

function operated(sqlite: Sqlite, place: Place, type: Operation, { at, ...by }: By & { at: string }): Rollout {
  const { environment, target } = place;
  const rollout = needRollout(sqlite, place);
  if (type === "approve" && !isOver(rollout.state.phase)) refuseOwn(sqlite, rollout, by.actor);
  const after = transition(sqlite, rollout, { type, at }, by);
  if (after !== rollout) return after;
  throw new AgentopsError(
    "CONCURRENT_CHANGE",
    `cannot ${type}: the rollout of ${target} in ${environment} is ${phaseOf(rollout)}`,
    {
      hint: `agentops canary status ${target} --env ${environment}`,
    },
  );
}

function phaseOf({ state: { phase, approved } }: Rollout): string {
  return approved ? `${phase}, and this step is approved already` : phase;
}

/** Four eyes: who started it does not approve its steps. */
function refuseOwn(sqlite: Sqlite, { seq }: Rollout, actor: string): void {
  if (starterOf(sqlite, seq) !== actor) return;
  throw new AgentopsError("POLICY_REFUSED", `${actor} started this rollout, so somebody else approves its steps`, {
    hint: "--actor NAME, or AGENTOPS_ACTOR, says who acts",
  });
}
