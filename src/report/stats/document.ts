import { plural, points, share } from "../../core/words.ts";
import { whole } from "../numbers.ts";
import { hours as lengthText } from "./rollout-plan.ts";
import type { Found, PlanNote } from "../../planning/found.ts";
import type { StatsReport } from "../../planning/schema.ts";

/** `agentops.stats/1`: a plan or an interval with its notes in words. */
export function statsDocument(found: Found): StatsReport {
  return { ...found, notes: found.notes.map(noteText) };
}

function noteText(note: PlanNote): string {
  switch (note.code) {
    case "not-complete":
      return `${note.run === null ? "the run" : `run ${note.run}`} is ${note.status}: only what it scored so far counts`;
    case "several-trials":
      return `the plan counts observations of different cases; this run has ${note.trials} trials a case`;
    case "one-run":
      return "one run shows how trials of a case vary, not how versions differ: a candidate that changes more cases needs more";
    case "left-out":
      return `${plural(note.cases, "case")} not scored ${note.twice ? "twice" : "on both sides"}: left out`;
    case "few-cases":
      return `this rests on ${plural(note.cases, "case")}: take it as a rough guess`;
    case "clusters-unknown":
      return "cases come in clusters, which one run or one cluster cannot account for: expect to need more";
    case "few-clusters":
      return `how much clusters differ is known from ${note.clusters} of them: take it as a rough guess`;
    case "clusters":
      return `cases come in clusters, which takes ${note.effect} times as many`;
    case "more-discordance":
      return `a difference that large takes more cases that change than these runs show (${threeDigits(note.seen)}): planned with ${threeDigits(note.planned)}`;
    case "rough":
      return `with fewer than ${note.least} a side this is a rough guess: the normal approximation does not hold${note.exact ? "; stats power --method exact counts outcomes" : ""}`;
    case "raised":
      return `the formula asks for fewer, but below about ${note.least} a side the approximation it rests on does not hold`;
    case "false-alarms":
      return `the ${note.test} test at these sizes raises a false alarm in ${threeDigits(note.exactSize)} of comparisons, not in ${threeDigits(note.alpha)}: Fisher's exact test keeps to that${note.units === null ? "" : `, and takes about ${whole(note.units)} observations (stats sample-size --method continuity)`}`;
    case "ties":
      return note.exact
        ? "some values are equal: p counts all arrangements of these very values, the interval errs on the wide side"
        : "some values are equal: p allows for it, the interval errs on the wide side";
    case "simulated":
      return "latency is simulated on a virtual clock";
    case "thin-step":
      return thinStepText(note);
    case "past-deadline":
      return pastDeadlineText(note, FLAGS);
    case "within-margin":
      return `a drop of ${points(note.mde)} lies within the margin of ${points(note.margin)}: such a candidate may be promoted`;
    case "one-of-guardrails":
      return `planned for one of ${note.guardrails} guardrails, with the success rate's baseline; a promotion waits for the slowest of them`;
  }
}

/** Nobody waits longer than this for a rollout, in days. */
const LONGEST_DEADLINE = 90;

type PastDeadline = Extract<PlanNote, { code: "past-deadline" }>;

/** What the traffic can show in time, and what would help, as the command takes it. */
export function pastDeadlineText(
  { steps, deadlineHours, perHour, hours, drop, margin }: PastDeadline,
  ways: { steps: (steps: readonly number[]) => string; margin: (margin: number) => string },
): string {
  const shown = [
    ...(drop === undefined ? [] : [drop === null ? "no drop is found" : `only a drop of ${points(drop)} or more is found`]),
    ...(margin === undefined ? [] : [margin === null ? "nothing is shown to be safe" : `only a margin of ${points(margin)} or more is shown to be kept`]),
  ].join(", and ");
  const days = Math.ceil(hours / 24);
  const helps = [
    ...(steps === null ? [] : [ways.steps(steps)]),
    ...(margin == null ? [] : [ways.margin(margin)]),
    ...(days > LONGEST_DEADLINE ? [] : [`--deadline ${days}d`]),
    "more of the proof on the suite beforehand (agentops gate)",
  ];
  return `the deadline of ${lengthText(deadlineHours)} comes before nine of ten are decided: with ${digits(perHour)} an hour ${shown} by then, and it pauses as inconclusive; what helps: ${helps.join(", ")}`;
} // prettier-ignore

const FLAGS = {
  steps: (steps: readonly number[]) => `--steps ${steps.join(",")}`,
  margin: (margin: number) => `--margin ${margin}`,
};

/** A step that waits for observations, not for time. */
function thinStepText(note: Extract<PlanNote, { code: "thin-step" }>): string {
  const an = `${digits(note.candidatePerHour)} of the candidate an hour`;
  return `${share(note.weight)} of ${digits(note.perHour)} an hour gives ${an}: ${note.observations} take ${lengthText(note.hours)}, and at that weight alone a drop of ${points(note.mde)} would take ${lengthText(note.aloneHours)}`;
}

function digits(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}

function threeDigits(value: number): string {
  return `${Number((value * 100).toPrecision(3))} %`;
}
