import { type Late, lateMs, type OutcomesWait, outcomesWait, settleMsOf } from "./late.ts";
import type { Analysis, Phase, RolloutPlan } from "./schema.ts";

/** Where a rollout stands. Times are ISO 8601; `step` is an index into the plan's steps. */
export interface RolloutState {
  phase: Phase;
  step: number;
  /** The candidate's share of the units; 0 before the first step and after every end but a promotion. */
  weight: number;
  /** When this step (or shadow) began, moved on by the length of pauses. */
  since: string;
  /** Units of the candidate that were counted when it began; at a cohort's step, its answers. */
  unitsBefore: number;
  /** When it is paused as inconclusive, moved on by the length of pauses. */
  deadline: string;
  /** What a pause came from; null when nothing is paused. An inconclusive rollout is paused as well. */
  pausedFrom: "shadow" | "progressing" | "promoting" | null;
  pausedAt: string | null;
  /** When anybody was first served the candidate, where the plan waits for a day of traffic since; a pause does not move it. */
  servedSince?: string;
  /** Until then what arrives of those whom everybody's weight serves are the outcomes that are known early; absent where none come late. */
  aloneFrom?: string;
  /** A person approved to move on from this step. */
  approved: boolean;
}

/** What the observations say at a look; `inconclusive` is the machine's own word, at the deadline. */
export interface Look extends Late {
  verdict: Exclude<Analysis["verdict"], "inconclusive">;
  /** Units of the candidate counted so far; in shadow, copies of inputs; at a cohort's step, its answers. */
  units: number;
  /** Set while something forbids to move on: killed, frozen. */
  held: string | null;
}

export type RolloutEvent = { at: string } & (
  | { type: "start" }
  | ({ type: "look" } & Look)
  | { type: "pause" | "resume" | "approve" | "abort" | "rollback" | "promote" }
);

const OVER: readonly Phase[] = ["promoted", "invalid", "rolled-back", "aborted"];

/** A step at which only people by name are served the candidate. */
function isCohortStep(step: number, { cohorts = [] }: Pick<RolloutPlan, "cohorts">): boolean {
  return step < cohorts.length;
}

/** Whose step it is at; null at a weight, in shadow, before it starts and after its end. */
export function cohortAt(
  { phase, step, pausedFrom }: Pick<RolloutState, "phase" | "step" | "pausedFrom">,
  { cohorts = [] }: Pick<RolloutPlan, "cohorts">,
): string | null {
  if (phase === "pending" || isOver(phase) || (pausedFrom ?? phase) === "shadow") return null;
  return cohorts[step]?.name ?? null;
}

export function isOver(phase: Phase): boolean {
  return OVER.includes(phase);
}

/** Waiting for time, units, proof or an approval; a pause waits for a person alone. */
export function isUnderWay(phase: Phase): boolean {
  return phase === "shadow" || phase === "progressing" || phase === "promoting";
}

/** A rollout before its first event. */
export function pendingState(at: string, plan: RolloutPlan): RolloutState {
  return {
    phase: "pending",
    step: 0,
    weight: 0,
    since: at,
    unitsBefore: 0,
    deadline: later(at, plan.deadlineMs),
    pausedFrom: null,
    pausedAt: null,
    approved: false,
  };
}

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
      return state.approved || state.pausedFrom !== null ? state : { ...state, approved: true };
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
  if (state.pausedFrom !== null) return state;
  if (look.held === null && mayMove(state, look, plan)) return moved(state, look, plan);
  return look.at >= state.deadline ? paused(state, "inconclusive", look.at) : state;
}

/** What a step still waits for; all null when it may be left. */
export interface Waiting {
  /** Milliseconds of its least time that are left. */
  timeMs: number | null;
  /** Milliseconds of the least traffic before everybody gets it that are left; only at the step before. */
  trafficMs: number | null;
  /** Units of its least number that are left. */
  units: number | null;
  proof: true | null;
  /** Outcomes that are still to come. */
  outcomes: OutcomesWait | null;
  approval: true | null;
}

export function waitingFor(state: RolloutState, look: Omit<Look, "held"> & { at: string }, plan: RolloutPlan): Waiting {
  const shadow = state.phase === "shadow";
  const least =
    shadow && plan.shadow !== null ? plan.shadow : { timeMs: plan.stepMs, observations: plan.stepObservations };
  const left = (ms: number) => Date.parse(state.since) + ms - Date.parse(look.at);
  // What was served at its beginning must have had the time to come to something.
  const late = lateMs(plan, look);
  const timeMs = left(Math.max(least.timeMs + settleMsOf(plan), late));
  const units = state.unitsBefore + least.observations - look.units;
  // A cohort was not drawn by chance, so nothing can be proven by it.
  const isCompared = state.phase === "progressing" && !isCohortStep(state.step, plan);
  const isLast = state.phase === "progressing" && isBeforeAll(state.step, plan);
  const needsProof = isCompared && (plan.proof === "every-step" || isLast);
  const trafficMs = isLast ? trafficLeft(state, look.at, plan) : 0;
  return {
    timeMs: timeMs > 0 ? timeMs : null,
    trafficMs: trafficMs > 0 ? trafficMs : null,
    units: units > 0 ? units : null,
    proof: needsProof && look.verdict !== "promote" ? true : null,
    outcomes: outcomesWait(plan, look, left(late)),
    approval: plan.manual && !state.approved ? true : null,
  };
}

function mayMove(state: RolloutState, look: Look & { at: string }, plan: RolloutPlan): boolean {
  return Object.values(waitingFor(state, look, plan)).every((left) => left === null);
}

/** The step after which the whole traffic follows, or nothing does. */
function isBeforeAll(step: number, { steps }: RolloutPlan): boolean {
  return (steps[step + 1] ?? 1) >= 1;
}

/** Of the least traffic before everybody gets it; outcomes that come late must have had the time to come. */
function trafficLeft({ servedSince, since }: RolloutState, at: string, { trafficMs = 0 }: RolloutPlan): number {
  return Date.parse(servedSince ?? since) + trafficMs - Date.parse(at);
}

/** One step at a time, whatever the evidence. */
function moved(state: RolloutState, look: Look & { at: string }, plan: RolloutPlan): RolloutState {
  const { at, units } = look;
  if (state.phase === "shadow") return atStep(state, 0, 0, at, plan);
  const step = state.step + 1;
  // What a cohort counts is its own: the next step's units begin with nothing, like those after copies.
  if (isCohortStep(state.step, plan)) return atStep(state, step, 0, at, plan);
  if (step >= plan.steps.length) return promoted(state, at);
  const to = atStep(state, step, units, at, plan);
  const { usualDelayMs = 0 } = look;
  // What waits to settle counts with all that is known of it.
  const isEarly = to.weight >= 1 && usualDelayMs > 0 && settleMsOf(plan) === 0;
  return isEarly ? { ...to, aloneFrom: later(at, usualDelayMs) } : to;
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
  return { ...state, phase: pausedFrom, since: later(state.since, length), deadline, pausedFrom: null, pausedAt: null };
}

function later(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}
