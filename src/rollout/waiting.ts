import { lateMs, type OutcomesWait, outcomesWait, settleMsOf } from "./late.ts";
import type { RolloutPlan } from "./schema.ts";
import { isCohortStep, later, type Look, type RolloutState } from "./state.ts";

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
    proof: needsProof && look.verdict !== "promote" && !isLetPass(state, look, plan) ? true : null,
    outcomes: outcomesWait(plan, look, left(late)),
    approval: plan.manual && !state.approved ? true : null,
  };
}

/**
 * When the step before everybody has waited long enough for what is not shown: its least time and traffic, and once more as much; null at any
 * other step, and of plans from before there was such a time.
 */
export function unprovenFrom(state: RolloutState, plan: RolloutPlan): string | null {
  const { extraMs, stepMs, trafficMs = 0 } = plan;
  if (extraMs === undefined || state.phase !== "progressing" || !isBeforeAll(state.step, plan)) return null;
  if (isCohortStep(state.step, plan)) return null;
  const least = Math.max(
    Date.parse(state.since) + stepMs + settleMsOf(plan),
    Date.parse(state.servedSince ?? state.since) + trafficMs,
  );
  return later(new Date(least).toISOString(), extraMs);
}

/** Whether what is not shown keeps nobody any longer: what is required only a person lets pass. */
function isLetPass(state: RolloutState, { unproven, at }: Pick<Look, "unproven"> & { at: string }, plan: RolloutPlan): boolean {
  const from = unprovenFrom(state, plan);
  if (unproven === undefined || from === null || at < from) return false;
  return unproven.required.every((name) => state.accepted?.includes(name));
} // prettier-ignore

export function mayMove(state: RolloutState, look: Look & { at: string }, plan: RolloutPlan): boolean {
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
