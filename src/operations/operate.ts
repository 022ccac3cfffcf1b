import { AgentopsError } from "../core/errors.ts";
import type { Mailmap } from "../core/mailmap.ts";
import { samePerson } from "../core/person.ts";
import type { Place } from "../core/refs.ts";
import { operatorLocks } from "../state/locks.ts";
import type { Store, Tx } from "../state/store.ts";
import { isOver, isUnderWay } from "../rollout/state.ts";
import { lastJudged } from "../rollout/look.ts";
import { unprovenFrom } from "../rollout/waiting.ts";
import { needRollout, type Rollout, starterOf } from "../rollout/rollouts.store.ts";
import { servedAt, somebodyWasFirst } from "./first.store.ts";
import { type By, transition } from "../rollout/transition.ts";

/** What a person does with a rollout that is under way. */
export type Operation = "pause" | "resume" | "approve" | "abort";

/** Who does it, when, and what git's `.mailmap` says of people: for the approval of a step. */
export type OperatedBy = By & { at: string; mailmap?: Mailmap };

/** The rollout after it, and whether it changed anything. */
export type Operated = Rollout & { changed: boolean };

/**
 * Applies it in one transaction; where it is so already, nothing changes. Throws ROLLOUT_NOT_FOUND, and CONCURRENT_CHANGE where the rollout
 * is in a phase that it does not fit: it went on, or somebody was faster.
 */
export async function operate(store: Store, place: Place, operation: Operation, by: OperatedBy): Promise<Operated> {
  const seen = await needRollout(store.db, place);
  return store.inTransaction((tx) => operated(tx, place, operation, { ...by, seen }), operatorLocks(place));
}

async function operated(
  tx: Tx,
  place: Place,
  type: Operation,
  { at, seen, mailmap, ...by }: OperatedBy & { seen: Rollout },
): Promise<Operated> {
  const { environment, target } = place;
  const rollout = await needRollout(tx, place);
  if (rollout.seq !== seen.seq)
    throw await somebodyWasFirst(tx, place, await servedAt(tx, place), {
      at,
      hint: `agentops canary status ${target} --env ${environment}   shows the rollout of ${rollout.candidate}`,
    });
  if (type === "approve" && !isOver(rollout.state.phase)) await refuseOwn(tx, rollout, by.actor, mailmap ?? []);
  const event = type === "approve" ? { type, at, ...(await acceptedAt(tx, rollout, at)) } : { type, at };
  const after = await transition(tx, rollout, event, by);
  if (after !== rollout || isSoAlready(rollout, type)) return { ...after, changed: after !== rollout };
  throw new AgentopsError(
    "CONCURRENT_CHANGE",
    `cannot ${type}: the rollout of ${target} in ${environment} is ${phaseOf(rollout)}`,
    {
      hint: `agentops canary status ${target} --env ${environment}`,
    },
  );
}

/** What an approval lets pass: what is required and was waited for long enough. Before that it is for the step alone. */
async function acceptedAt(tx: Tx, rollout: Rollout, at: string): Promise<{ accepts?: readonly string[] }> {
  const from = unprovenFrom(rollout.state, rollout.plan);
  if (from === null || at < from) return {};
  const { unproven } = await lastJudged(tx, rollout);
  return unproven === undefined || unproven.required.length === 0 ? {} : { accepts: unproven.required };
}

/** Nobody who repeats what was done a moment ago has anything to decide. */
function isSoAlready({ state }: Rollout, operation: Operation): boolean {
  switch (operation) {
    case "pause":
      return state.phase === "paused";
    case "resume":
      return isUnderWay(state.phase) && state.pausedFrom === null;
    case "approve":
      return state.approved && !isOver(state.phase);
    case "abort":
      return state.phase === "aborted";
  }
}

function phaseOf({ state: { phase, approved } }: Rollout): string {
  return approved ? `${phase}, and this step is approved already` : phase;
}

/** Four eyes: who started it does not approve its steps. */
async function refuseOwn(tx: Tx, { seq }: Rollout, actor: string, mailmap: Mailmap): Promise<void> {
  const starter = await starterOf(tx, seq);
  if (starter === undefined || !samePerson(starter, actor, mailmap)) return;
  throw new AgentopsError("POLICY_REFUSED", `${actor} started this rollout, so somebody else approves its steps`, {
    hint: "--actor NAME, or AGENTOPS_ACTOR, says who acts",
  });
}
