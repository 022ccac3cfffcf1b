import { settleMsOf } from "./late.ts";
import type { RolloutPlan } from "./schema.ts";
import { isCohortStep, isOver, later, type Look, type RolloutEvent, type RolloutState } from "./state.ts";
import { mayMove } from "./waiting.ts";

/**
 * The state after an event. The same object comes back where the event changes nothing: a look that says to go on waiting, an event
 * that does not fit the phase.
 *
 * No look moves a rollout on without the least time and units of its step; a rollback and a sample-ratio mismatch end it in every
 * phase, also while it is paused; an end stays an end, but for the rollback of what was promoted.
 */
export function next(state: RolloutState, event: RolloutEvent, plan: RolloutPlan): RolloutState {
  if (isOver(state.phase)) {
    return state.phase === "promoted" && event.type === "rollback" ? ended(state, "rolled-back", event.at) : state;
  }
  switch (event.type) {
    case "start":
      return state.phase === "pending" ? started(state, event.at, plan) : state;
    case "look":
      return looked(state, event, plan);
    case "pause":
      return paused(state, "paused", event.at);
    case "resume":
      return resumed(state, event.at, plan);
    case "approve":
      return approved(state, event.accepts ?? []);
    case "abort":
      return ended(state, "aborted", event.at);
    case "rollback":
      return ended(state, "rolled-back", event.at);
    case "promote":
      return state.phase === "pending" ? state : promoted(state, event.at);
  }
}

function started(state: RolloutState, at: string, plan: RolloutPlan): RolloutState {
  const from = { ...state, deadline: later(at, plan.deadlineMs) };
  return plan.shadow === null ? atStep(from, 0, 0, at, plan) : { ...from, phase: "shadow", since: at };
}

function looked(state: RolloutState, look: Look & { at: string }, plan: RolloutPlan): RolloutState {
  const { phase } = state;
  if (phase === "pending") return state;
  if (look.verdict === "rollback") return ended(state, "rolled-back", look.at);
  if (look.verdict === "invalid") return ended(state, "invalid", look.at);
  const known = withHarm(state, look);
  if (state.pausedFrom !== null) return known;
  if (look.harmed?.pause.some((name) => state.harmed?.includes(name) !== true)) return paused(known, "paused", look.at);
  if (look.held === null && mayMove(known, look, plan)) return moved(known, look, plan);
  if (look.at >= state.deadline) return paused(known, "inconclusive", look.at);
  return idle(known, look, plan);
}

/** Each guardrail's harm is news once. */
function withHarm(state: RolloutState, { harmed }: Look): RolloutState {
  const fresh = [...(harmed?.pause ?? []), ...(harmed?.tell ?? [])].filter((name) => state.harmed?.includes(name) !== true);
  return fresh.length === 0 ? state : { ...state, harmed: [...(state.harmed ?? []), ...fresh] };
} // prettier-ignore

/** A step that learns nothing is given as much time again once, and then taken back: nobody knows what it would have shown. */
function idle(state: RolloutState, { at, units, held }: Look & { at: string }, plan: RolloutPlan): RolloutState {
  const { idleMs } = plan;
  if (idleMs === undefined || held !== null || state.phase === "promoting" || units > state.unitsBefore) return state;
  const since = state.extended ?? later(state.since, settleMsOf(plan));
  if (at < later(since, idleMs)) return state;
  // From when somebody looked: a kill, or nobody's look, is no time in which anything could be learned.
  return state.extended === undefined ? { ...state, extended: at } : ended(state, "invalid", at);
}

/** Approved once; what a person lets pass may become more. */
function approved(state: RolloutState, accepts: readonly string[]): RolloutState {
  const accepted = state.accepted ?? [];
  const more = accepts.filter((name) => !accepted.includes(name));
  if (state.pausedFrom !== null || (state.approved && more.length === 0)) return state;
  return { ...state, approved: true, ...(more.length > 0 && { accepted: [...accepted, ...more] }) };
}

/** One step at a time, whatever the evidence. */
function moved(state: RolloutState, look: Look & { at: string }, plan: RolloutPlan): RolloutState {
  const { at, units } = look;
  if (state.phase === "shadow") return atStep(state, 0, 0, at, plan);
  const step = state.step + 1;
  // What a cohort counts is its own: the next step's units begin with nothing, like those after copies.
  if (isCohortStep(state.step, plan)) return atStep(state, step, 0, at, plan);
  const isAll = (plan.steps[step] ?? 1) >= 1;
  const all = isAll ? withUnproven(state, look) : state;
  if (step >= plan.steps.length) return promoted(all, at);
  const to = atStep(all, step, units, at, plan);
  const { usualDelayMs = 0 } = look;
  // What waits to settle counts with all that is known of it.
  const isEarly = to.weight >= 1 && usualDelayMs > 0 && settleMsOf(plan) === 0;
  return isEarly ? { ...to, aloneFrom: later(at, usualDelayMs) } : to;
}

/** What goes on unproven is named, as long as it is. */
function withUnproven(state: RolloutState, { verdict, unproven }: Look): RolloutState {
  const names = [...(unproven?.required ?? []), ...(unproven?.other ?? [])];
  return verdict === "promote" || names.length === 0 ? state : { ...state, unproven: names };
}

function atStep(
  state: RolloutState,
  step: number,
  unitsBefore: number,
  at: string,
  { steps, trafficMs }: RolloutPlan,
): RolloutState {
  const weight = steps[step] as number;
  return {
    ...state,
    ...(state.extended !== undefined && { extended: undefined }),
    ...(trafficMs !== undefined && { servedSince: state.servedSince ?? at }),
    phase: weight >= 1 ? "promoting" : "progressing",
    step,
    weight,
    since: at,
    unitsBefore,
    approved: false,
  };
}

function promoted(state: RolloutState, at: string): RolloutState {
  return { ...state, phase: "promoted", weight: 1, since: at, pausedFrom: null, pausedAt: null };
}

function ended(state: RolloutState, phase: "rolled-back" | "aborted" | "invalid", at: string): RolloutState {
  return { ...state, phase, weight: 0, since: at, pausedFrom: null, pausedAt: null };
}

/** The weight stays: a pause stops the way up, not what is served. */
function paused(state: RolloutState, phase: "paused" | "inconclusive", at: string): RolloutState {
  const { phase: from } = state;
  if (from !== "shadow" && from !== "progressing" && from !== "promoting") return state;
  return { ...state, phase, pausedFrom: from, pausedAt: at };
}

/** Time stood still; after a missed deadline a new one runs. */
function resumed(state: RolloutState, at: string, plan: RolloutPlan): RolloutState {
  const { pausedFrom, pausedAt } = state;
  if (pausedFrom === null || pausedAt === null) return state;
  const length = Math.max(0, Date.parse(at) - Date.parse(pausedAt));
  const deadline = state.phase === "inconclusive" ? later(at, plan.deadlineMs) : later(state.deadline, length);
  const { extended } = state;
  const moved = {
    since: later(state.since, length),
    ...(extended !== undefined && { extended: later(extended, length) }),
  };
  return { ...state, ...moved, phase: pausedFrom, deadline, pausedFrom: null, pausedAt: null };
}
