import type { StepConfig } from "../core/steps.ts";
import { lasting, waitUntil } from "../core/words.ts";
import type { Kill } from "../kill/latch.ts";
import { killWords } from "./kill-words.ts";
import type { Refusal } from "./refusal.ts";
import type { Rules } from "./rules.ts";
import type { TakenBack } from "./taken-back.store.ts";

/** Staged exposure: what a version went through before everybody is served it. */
export interface StagingFacts {
  /** What is asked for: a rollout's first step, or everybody. */
  act: "start" | "promote";
  /** The version that everybody is served there now; null before the first one. */
  stable: string | null;
  /** Whether everybody was served this very version there before: with this content, or with another that its tag no longer has. */
  wasStable: "so" | "otherwise" | null;
  /** Where a canary of this content stands in this environment: null where there never was one. */
  canary: { step: number; steps: number; weight: number; cohort: string | null; isLastStep: boolean } | null;
  /** The step of a manual rollout that nobody approved, where whoever asks is who started it. */
  unapproved: { starter: string; step: number; steps: number; isPaused: boolean } | null;
  /** The steps that somebody asks a canary to take; none where nobody chose any. */
  askedSteps: readonly StepConfig[];
  /** The last time this content was taken back there, since it was last served or started; null when it was not. */
  takenBack: TakenBack | null;
  /** How long the environment of `after:` served this content to everybody, ms, without the time that it was killed; what stands against it there, and what ended an earlier time, which does not count. */
  before: {
    ms: number;
    killedMs: number;
    isServed: boolean;
    takenBack: TakenBack | null;
    earlier: TakenBack | null;
    kill: Kill | null;
  } | null;
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
  /** ISO 8601, UTC. */
  now: string;
}

/** Every rule of staged exposure that does not hold. */
export function judgeStaging(of: Case, facts: StagingFacts, rules: Rules): Refusal[] {
  const canary = canaried(of, facts, rules);
  return [
    canary,
    approved(of, facts),
    after(of, facts, rules),
    weighed(of, facts, rules),
    again(of, facts, canary),
    observed(of, facts),
  ].filter((refusal) => refusal !== null);
}

/** The first version has no control to be compared with, so it goes out whole. */
function canaried({ ref, target, environment }: Case, facts: StagingFacts, { rollout }: Rules): Refusal | null {
  if (facts.act !== "promote" || rollout !== "required" || facts.stable === null) return null;
  const { canary } = facts;
  if (canary?.isLastStep === true) return null;
  const where =
    canary === null
      ? "it had none"
      : `its canary stands at step ${canary.step} of ${canary.steps}, ${canary.cohort === null ? percent(canary.weight) : `the cohort ${canary.cohort}`}${canary.step < canary.steps ? "" : ", and has not shown enough there"}`;
  const why = facts.takenBack === null ? "" : " -m TEXT";
  const start = `agentops canary start ${ref} --env ${environment}${why}`;
  const back = `agentops rollback ${target} --env ${environment} --to ${versionOf(ref)} --from ${facts.stable}${why}`;
  const what =
    facts.wasStable === "so" ? "goes back to it" : "goes back to what it was then, not to what its tag is now";
  const next = canary === null ? start : `agentops canary status ${target} --env ${environment}`;
  return {
    rule: "rollout",
    message: `${environment} takes what a canary brought to its last step; ${where}`,
    hint: facts.wasStable === null ? next : `${back}   ${what}`,
  };
}

/** What `canary approve` asks for: to promote is to leave the step. */
function approved({ target, environment }: Case, { unapproved }: StagingFacts): Refusal | null {
  if (unapproved === null) return null;
  const { starter, step, steps, isPaused } = unapproved;
  const resume = isPaused ? `agentops canary resume ${target} --env ${environment}   and then   ` : "";
  return {
    rule: "manual",
    message: `step ${step} of ${steps} of its rollout waits for an approval, and ${starter} started it`,
    hint: `${resume}agentops canary approve ${target} --env ${environment}   by somebody other than ${starter} (--actor NAME, AGENTOPS_ACTOR)`,
  };
}

function after({ ref, environment, now }: Case, { before }: StagingFacts, { after: rule }: Rules): Refusal | null {
  if (rule === null || before === null) return null;
  const { takenBack, isServed, ms, kill } = before;
  const below = rule.environment;
  if (takenBack !== null) {
    const message = `${takenBackText(takenBack, ref, below)}; ${environment} takes what went well there`;
    return { rule: "after", message, hint: `agentops history ${targetOf(ref)} --env ${below}` };
  }
  // What stopped it there may be wrong with it.
  if (kill !== null) {
    const { message, hint } = killWords(kill);
    return { rule: "after", message: `${message}; ${environment} takes what goes well in ${below}`, hint };
  }
  if (ms >= rule.ms) return null;
  const nowMs = Date.parse(now);
  return {
    rule: "after",
    message: `${below} must have served it to everybody for ${lasting(rule.ms)} first; ${servedWords(before, ref, below)}`,
    hint: isServed ? waitUntil(nowMs + rule.ms - ms, nowMs) : `agentops promote ${ref} --env ${below}`,
  };
}

function servedWords(before: NonNullable<StagingFacts["before"]>, ref: string, below: string): string {
  const { ms, killedMs, isServed, earlier } = before;
  const since = earlier === null ? "" : `; what was before does not count: ${takenBackText(earlier, ref, below)}`;
  if (ms + killedMs === 0 && !isServed)
    return earlier === null ? "it was never served to everybody there" : `it was not lately${since}`;
  const apart = killedMs === 0 ? "" : `, the ${lasting(killedMs, Math.round)} that it was killed not counted`;
  return `it was for ${lasting(ms, Math.floor)}${apart}${since}`;
}

function weighed({ environment }: Case, { askedSteps }: StagingFacts, { maxWeight }: Rules): Refusal | null {
  const largest = Math.max(0, ...askedSteps.filter((step) => typeof step === "number").filter((share) => share < 1));
  if (largest <= maxWeight) return null;
  const below = askedSteps.filter((step) => typeof step !== "number" || step < maxWeight);
  const add = `--steps ${[...below, maxWeight, 1].join(",")}`;
  return {
    rule: "maxWeight",
    message: `a step of ${largest} is above the ${maxWeight} that ${environment} allows a canary`,
    hint: `the same with ${add}   or policy.${environment}.maxWeight in the config`,
    add,
  };
}

/** Who sends it out again has learned something, and says what. */
function again(
  { ref, environment }: Case,
  { takenBack, said }: StagingFacts,
  canary: Pick<Refusal, "hint"> | null,
): Refusal | null {
  if (takenBack === null || said.reason) return null;
  const refusal = againRefusal(takenBack, { ref, environment, command: "the same with" });
  // A reason alone would be refused again; the way to a canary has one.
  return canary === null ? { ...refusal, add: "-m TEXT" } : { ...refusal, hint: canary.hint };
}

/** The refusal of any command that would serve again what was taken back, and has no reason. */
export function againRefusal(
  takenBack: TakenBack,
  { ref, environment, command }: Pick<Case, "ref" | "environment"> & { command: string },
): Refusal {
  return {
    rule: "takenBack",
    message: takenBackText(takenBack, ref, environment),
    hint: `${command} -m TEXT   says why it goes out again`,
  };
}

function takenBackText({ version, how, at, actor, reason }: TakenBack, ref: string, environment: string): string {
  const isOwn = version === versionOf(ref);
  const what =
    how === "aborted"
      ? `${isOwn ? "its canary" : `a canary of its content, as ${version},`} was aborted`
      : `${isOwn ? "it" : `its content, as ${version},`} was taken back`;
  return `${what} in ${environment} by ${actor} at ${at.slice(0, 16).replace("T", " ")} UTC: ${reason}`;
}

/** A canary is judged by outcomes: where nobody reports any it would wait until its deadline, and look safe. */
function observed({ target, environment }: Case, facts: StagingFacts): Refusal | null {
  if (facts.act !== "start" || facts.stable === null || facts.observedLately > 0 || facts.said.unobserved) return null;
  return {
    rule: "observed",
    message: `nothing was observed of ${target} in ${environment} for a day, so nothing would judge its canary`,
    hint: "the same with --unobserved   or record outcomes first: agentops observe, or observe() of the SDK",
    add: "--unobserved",
  };
}

function targetOf(ref: string): string {
  return ref.slice(0, ref.lastIndexOf("@"));
}

function versionOf(ref: string): string {
  return ref.slice(ref.lastIndexOf("@") + 1);
}

function percent(weight: number): string {
  return `${Number((weight * 100).toPrecision(3))} %`;
}
