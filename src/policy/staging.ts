import type { Refusal } from "./refusal.ts";
import type { Rules } from "./rules.ts";

/** Staged exposure: what a version went through before everybody is served it. */
export interface StagingFacts {
  /** What is asked for: a rollout's first step, or everybody. */
  act: "start" | "promote";
  /** The version that everybody is served there now; null before the first one. */
  stable: string | null;
  /** Whether everybody was served this very version there before. */
  wasStable: boolean;
  /** Where a canary of this content stands in this environment: null where there never was one. */
  canary: { step: number; steps: number; weight: number; cohort: string | null; isLastStep: boolean } | null;
  /** The last time this content was taken back there, since it was last served to everybody; null when it was not. */
  takenBack: { at: string; actor: string; reason: string } | null;
  /** How long the environment of `after:` served this content to everybody, ms, and whether it was taken back there. */
  before: { ms: number; takenBack: boolean } | null;
  /** Outcomes of the target here in the last day. */
  observedLately: number;
  /** Somebody gave a reason, or knows that nothing is observed. */
  said: { reason: boolean; unobserved: boolean };
}

interface Case {
  /** `prompts/x@v7`. */
  ref: string;
  target: string;
  environment: string;
}

/** Every rule of staged exposure that does not hold. */
export function judgeStaging(of: Case, facts: StagingFacts, rules: Rules): Refusal[] {
  return [canaried(of, facts, rules), after(of, facts, rules), again(of, facts), observed(of, facts)].filter(
    (refusal) => refusal !== null,
  );
}

/** The first version has no control to be compared with, so it goes out whole. */
function canaried({ ref, target, environment }: Case, facts: StagingFacts, { rollout }: Rules): Refusal | null {
  if (facts.act !== "promote" || rollout !== "required" || facts.stable === null) return null;
  const { canary } = facts;
  if (canary?.isLastStep === true) return null;
  const where =
    canary === null
      ? "it had none"
      : `its canary stands at step ${canary.step} of ${canary.steps}, ${canary.cohort === null ? percent(canary.weight) : `the cohort ${canary.cohort}`}`;
  const start = `agentops canary start ${ref} --env ${environment}`;
  const back = `agentops rollback ${target} --env ${environment} --to ${ref.slice(ref.lastIndexOf("@") + 1)} --from ${facts.stable}   goes back to it`;
  const next = canary === null ? start : `agentops canary status ${target} --env ${environment}`;
  return {
    rule: "rollout",
    message: `${environment} takes what a canary brought to its last step; ${where}`,
    hint: facts.wasStable ? back : next,
  };
}

function after({ ref, environment }: Case, { before }: StagingFacts, { after: rule }: Rules): Refusal | null {
  if (rule === null || before === null) return null;
  if (before.takenBack) {
    const message = `${rule.environment} took it back, and ${environment} takes what went well there`;
    return { rule: "after", message, hint: `agentops history ${targetOf(ref)} --env ${rule.environment}` };
  }
  if (before.ms >= rule.ms) return null;
  const served = before.ms === 0 ? "it was never served to everybody there" : `it was for ${minutes(before.ms)}`;
  return {
    rule: "after",
    message: `${rule.environment} must have served it to everybody for ${minutes(rule.ms)} first; ${served}`,
    hint: before.ms === 0 ? `agentops promote ${ref} --env ${rule.environment}` : "wait",
  };
}

/** Who sends it out again has learned something, and says what. */
function again({ ref, environment }: Case, { act, takenBack, said }: StagingFacts): Refusal | null {
  if (takenBack === null || said.reason) return null;
  const { at, actor, reason } = takenBack;
  return {
    rule: "takenBack",
    message: `it was taken back in ${environment} by ${actor} at ${at.slice(0, 16).replace("T", " ")} UTC: ${reason}`,
    hint: `agentops ${act === "start" ? "canary start" : "promote"} ${ref} --env ${environment} -m TEXT   says why it goes out again`,
  };
}

/** A canary is judged by outcomes: where nobody reports any it would wait until its deadline, and look safe. */
function observed({ ref, target, environment }: Case, facts: StagingFacts): Refusal | null {
  if (facts.act !== "start" || facts.stable === null || facts.observedLately > 0 || facts.said.unobserved) return null;
  return {
    rule: "observed",
    message: `nothing was observed of ${target} in ${environment} for a day, so nothing would judge its canary`,
    hint: `record outcomes (agentops observe, or observe() of the SDK), or agentops canary start ${ref} --env ${environment} --unobserved`,
  };
}

function targetOf(ref: string): string {
  return ref.slice(0, ref.lastIndexOf("@"));
}

function percent(weight: number): string {
  return `${Number((weight * 100).toPrecision(3))} %`;
}

function minutes(ms: number): string {
  const rounded = Math.floor(ms / 60_000);
  return rounded >= 120 ? `${Math.floor(rounded / 60)} h` : `${rounded} min`;
}
