import type { Late } from "./late.ts";
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
  /** Required guardrails that a person, who knew that they were not shown, let pass at this step. */
  accepted?: readonly string[];
  /** What was not shown when everybody got it, and is not by now. */
  unproven?: readonly string[];
  /** Guardrails whose harm paused it once, or was told; what a person resumed is not paused by the same again. */
  harmed?: readonly string[];
  /** Nothing was learned at this step, and since then it has as much time again; ISO 8601. */
  extended?: string | undefined;
}

/** What is compared and not shown: all else that is compared is. */
export interface Unproven {
  /** Only a person lets these pass. */
  required: readonly string[];
  other: readonly string[];
}

/** What the observations say at a look; `inconclusive` is the machine's own word, at the deadline. */
export interface Look extends Late {
  verdict: Exclude<Analysis["verdict"], "inconclusive">;
  /** Absent where nothing is, and where there is no data to say it by. */
  unproven?: Unproven;
  /** Guardrails with harm that does not roll back; absent where there are none. */
  harmed?: { pause: readonly string[]; tell: readonly string[] };
  /** Units of the candidate counted so far; in shadow, copies of inputs; at a cohort's step, its answers. */
  units: number;
  /** Set while something forbids to move on: killed, frozen. */
  held: string | null;
}

export type RolloutEvent = { at: string } & (
  | { type: "start" }
  | ({ type: "look" } & Look)
  | { type: "approve"; accepts?: readonly string[] }
  | { type: "pause" | "resume" | "abort" | "rollback" | "promote" }
);

const OVER: readonly Phase[] = ["promoted", "invalid", "rolled-back", "aborted"];

/** A step at which only people by name are served the candidate. */
export function isCohortStep(step: number, { cohorts = [] }: Pick<RolloutPlan, "cohorts">): boolean {
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

/** A time, ISO 8601, and some milliseconds. */
export function later(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}
