import type { Clock } from "../core/clock.ts";
import type { Place } from "../core/refs.ts";
import { heldBy } from "../kill/held.ts";
import type { Kill } from "../kill/latch.ts";
import type { Sqlite } from "../state/connection.ts";
import type { Judged } from "./judge.ts";
import { unitsIn } from "./evidence.ts";
import { lastJudged, lookAt } from "./look.ts";
import { isOver, next } from "./next.ts";
import { type Reason, reasonOf } from "./reasons.ts";
import { needRollout, type Rollout } from "./rollouts.store.ts";
import { transition } from "./transition.ts";

export interface TurnRequest {
  clock: Clock;
  actor: string;
  /** The store's file, beside which the markers of kills are. */
  store: string;
  /** Words a reason, for the audit event. */
  say: (reason: Reason) => string;
}

/** What one turn found, and whether it changed the rollout. */
export interface Turn {
  rollout: Rollout;
  judged: Judged;
  moved: boolean;
  /** What forbids to move on; null when nothing does. */
  held: Kill | null;
  /** When it was taken; ISO 8601. */
  at: string;
}

/**
 * One turn of a rollout, within the caller's transaction: looks at what was observed, and moves on, holds or rolls back. One that is over
 * stays as it is. It needs neither git nor the config: what it decides by was frozen into the plan. Clock and kills are read here, under
 * the lock: a turn that waited for it is no earlier than what it waited for, and nothing moves on after a kill that was acknowledged
 * meanwhile. Throws ROLLOUT_NOT_FOUND.
 */
export function takeTurn(tx: Sqlite, place: Place, { clock, actor, store, say }: TurnRequest): Turn {
  const at = clock.now().toISOString();
  const held = heldBy(tx, store, place);
  const found = needRollout(tx, place);
  if (isOver(found.state.phase)) return { rollout: found, judged: lastJudged(tx, found), moved: false, held, at };
  const { rollout, judged } = lookAt(tx, found, at);
  const units = unitsIn(rollout.state.phase, rollout.evidence);
  const event = { type: "look", at, verdict: judged.verdict, units, held: held === null ? null : "killed" } as const;
  const to = next(rollout.state, event, rollout.plan).phase;
  const after = transition(tx, rollout, event, { actor, reason: say(reasonOf(judged, rollout, to)) });
  return { rollout: after, judged, moved: after !== rollout, held, at };
}
