import type { Clock } from "../core/clock.ts";
import type { Place } from "../core/refs.ts";
import { heldBy } from "../kill/held.ts";
import type { Kill } from "../kill/latch.ts";
import type { Tx } from "../state/store.ts";
import type { Judged } from "./judge.ts";
import { unitsIn } from "./evidence.ts";
import { type Frozen, frozenNow } from "./freeze.store.ts";
import type { Late } from "./late.ts";
import { latenessOf } from "./late.store.ts";
import { lastJudged, lookAt, type Looked } from "./look.ts";
import { next } from "./next.ts";
import { isOver, type RolloutState } from "./state.ts";
import type { Reason } from "./reason.ts";
import { reasonOf } from "./why-moved.ts";
import { currentStable } from "../serving/serving.store.ts";
import { needRollout, type Rollout } from "./rollouts.store.ts";
import type { RolloutPlan } from "./schema.ts";
import { transition } from "./transition.ts";
import { saidBy } from "./verdict.ts";

/** Who an automatic turn is recorded for, whoever took it. */
const ACTOR = "agentops";

/** What took a turn: somebody who recorded outcomes, or a command whose work it is. */
type Via = "sdk" | "observe" | "shadow" | "advance" | "watch";

export interface TurnRequest {
  clock: Clock;
  via: Via;
  /** The folder of the markers of kills. */
  markers: string | null;
  /** Words a reason, for the audit event. */
  say: (reason: Reason) => string;
  /** Counts what has settled by a time; handed in, as counting is the work of a room below. */
  settle: (tx: Tx, place: Place, at: string) => Promise<void>;
}

/** What one turn found, and whether it changed the rollout. */
export interface Turn {
  rollout: Rollout;
  judged: Judged;
  moved: boolean;
  /** What forbids to move on; null when nothing does. */
  held: Kill | null;
  /** What a person has forbidden for a time; null when nothing is. */
  frozen: Frozen | null;
  /** When it was taken; ISO 8601. */
  at: string;
}

/**
 * One turn of a rollout, within the caller's transaction: looks at what was observed, and moves on, holds or rolls back. One that is over
 * stays as it is. Where its plan leaves the way up to a watcher, whoever records outcomes undoes harm and nothing else. It needs neither git nor the config: what it decides by was frozen into the plan. Clock and kills are read here, under
 * the lock: a turn that waited for it is no earlier than what it waited for, and nothing moves on after a kill that was acknowledged
 * meanwhile. Throws ROLLOUT_NOT_FOUND.
 */
export async function takeTurn(tx: Tx, place: Place, request: TurnRequest): Promise<Turn> {
  const { clock, via, markers, say, settle } = request;
  const at = clock.now().toISOString();
  await settle(tx, place, at);
  const held = await heldBy(tx, markers, place);
  const found = await needRollout(tx, place);
  const frozen = await frozenNow(tx, place.environment, at);
  if (isOver(found.state.phase))
    return { rollout: found, judged: await lastJudged(tx, found), moved: false, held, frozen, at };
  const elsewhere = await controlNow(tx, found);
  if (elsewhere !== null) return endInvalid(tx, found, { at, via, stable: elsewhere, held, frozen, say });
  const waits = mayClimb(found.plan, via) ? null : "watcher";
  const why = held !== null ? "killed" : frozen !== null ? "frozen" : waits;
  const eventOf = ({ rollout: { state, plan, evidence }, judged }: Looked, late: Late) =>
    ({ type: "look", at, ...saidBy(judged), units: unitsIn(state, plan, evidence), held: why, ...late }) as const;
  const climbs = (now: Looked, late: Late) => isUp(now.rollout.state, next(now.rollout.state, eventOf(now, late), found.plan)); // prettier-ignore
  const first = await lookAt(tx, found, at);
  const late = climbs(first, {}) ? await latenessOf(tx, first.rollout, at) : {};
  // Few arrivals may wait for the next look, but not while more of the traffic follows them.
  const looked = climbs(first, late) ? await lookAt(tx, first.rollout, at, { whole: true }) : first;
  const { rollout, judged } = looked;
  const event = eventOf(looked, late);
  const to = next(rollout.state, event, rollout.plan);
  const by = { actor: ACTOR, via, reason: say(reasonOf(judged, rollout, to)) };
  const after = await transition(tx, rollout, event, by);
  return { rollout: after, judged, moved: after !== rollout, held, frozen, at };
}

/** What everybody is served by now, where that is not the control that the candidate is compared with; null where it is. */
async function controlNow(tx: Tx, { environment, target, control }: Rollout): Promise<string | null> {
  const stable = await currentStable(tx, environment, target);
  return stable === undefined || stable.version === control ? null : stable.version;
}

/** Nothing that comes from now on compares what was started: another release, or a hand in the store, has changed what is served. */
async function endInvalid(
  tx: Tx,
  rollout: Rollout,
  {
    at,
    via,
    stable,
    held,
    frozen,
    say,
  }: Pick<Turn, "at" | "held" | "frozen"> & Pick<TurnRequest, "say" | "via"> & { stable: string },
): Promise<Turn> {
  const judged = await lastJudged(tx, rollout);
  const units = unitsIn(rollout.state, rollout.plan, rollout.evidence);
  const reason = say({ code: "control-elsewhere", control: rollout.control, stable });
  const event = { type: "look", at, verdict: "invalid", units, held: null } as const;
  const after = await transition(tx, rollout, event, { actor: ACTOR, via, reason });
  return { rollout: after, judged, moved: true, held, frozen, at };
}

/** Whether more of the traffic follows. */
export function isUp(before: RolloutState, { weight, step, phase }: RolloutState): boolean {
  return weight > before.weight || step > before.step || phase === "promoted";
}

/** A rollout that was started before anybody could is left to who was expected. */
function mayClimb({ turns }: RolloutPlan, via: Via): boolean {
  return turns === "anybody" || via === "advance" || via === "watch";
}
