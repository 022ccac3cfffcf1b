import type { Sqlite } from "../state/connection.ts";
import { inOneTransaction } from "../state/transaction.ts";
import type { Judged } from "./analysis.ts";
import { unitsIn } from "./evidence.ts";
import { lastJudged, lookAt } from "./look.ts";
import { isOver, next } from "./next.ts";
import { reasonOf } from "./reasons.ts";
import { latestRollout, type Rollout } from "./rollouts.store.ts";
import { rolloutMissing } from "./missing.ts";
import { transition } from "./transition.ts";

export interface Place {
  environment: string;
  target: string;
}

export interface TurnRequest {
  /** ISO 8601. */
  at: string;
  actor: string;
  /** Why nothing may move on now: what is killed; null when nothing forbids it. */
  held: string | null;
}

/** What one turn found, and whether it changed the rollout. */
export interface Turn {
  rollout: Rollout;
  judged: Judged;
  moved: boolean;
}

/**
 * One turn of a rollout: looks at what was observed, and moves on, holds or rolls back, in one transaction. One that is over stays as it
 * is. Throws ROLLOUT_NOT_FOUND.
 */
export function advanceRollout(sqlite: Sqlite, place: Place, request: TurnRequest): Turn {
  return inOneTransaction(sqlite, () => turn(sqlite, place, request));
}

function turn(sqlite: Sqlite, { environment, target }: Place, { at, actor, held }: TurnRequest): Turn {
  const found = latestRollout(sqlite, environment, target);
  if (found === undefined) throw rolloutMissing(environment, target);
  if (isOver(found.state.phase)) return { rollout: found, judged: lastJudged(sqlite, found), moved: false };
  const { rollout, judged } = lookAt(sqlite, found, at);
  const { verdict } = judged;
  const units = unitsIn(rollout.state.phase, rollout.evidence);
  const event = { type: "look", at, verdict, units, held } as const;
  const reason = reasonOf(judged, rollout, next(rollout.state, event, rollout.plan).phase);
  const after = transition(sqlite, rollout, event, { actor, reason });
  return { rollout: after, judged, moved: after !== rollout };
}
