import { plural, points, share } from "../../core/words.ts";
import type { JudgeNote } from "../../evals/result/judges.ts";
import type { Check, EvaluatedRun, Evaluation } from "../../gate/evaluation.schema.ts";
import type { CheckFound, EvaluationFound, Ground, RunFound, RunNote } from "../../gate/found.ts";
import { comparisonDocument, noteText } from "../diff/document.ts";
import { costPartText } from "./cost.ts";

/** `agentops.eval/1`: an evaluation with its reasons and notes in words. */
export function evaluationDocument(found: EvaluationFound): Evaluation {
  return { ...found, runs: found.runs.map(runDocument) };
}

export function runDocument<R extends RunFound>(run: R): Omit<R, keyof RunFound> & EvaluatedRun {
  return {
    ...run,
    checks: run.checks.map(checkDocument),
    comparison: run.comparison === null ? null : comparisonDocument(run.comparison),
    // A run and its comparison may say the same.
    notes: [...new Set(run.notes.map(runNoteText))],
  };
}

function checkDocument({ ground, ...check }: CheckFound): Check {
  return { ...check, reason: reasonText(check, ground) };
}

type Numbers = Omit<CheckFound, "ground">;

function reasonText(check: Numbers, ground: Ground): string {
  switch (ground.code) {
    case "bound":
      return boundText(check, ground.direction);
    case "absent":
      return ABSENT[ground.what];
    case "cost-part":
      return costPartText(ground.part);
    case "margin": {
      const margin = points(check.threshold);
      const drop = {
        pass: `a drop of more than ${margin} is excluded`,
        fail: `worse than the control, and a drop of more than ${margin} is not excluded`,
        inconclusive: `neither a drop of more than ${margin} nor its absence is shown`,
        "not-measured": "",
      }[check.verdict];
      return `${interval(check.ci95, "points")}: ${drop}`;
    }
    case "safety":
      return `${interval(check.ci95, "points")}: ${check.verdict === "fail" ? "less safe than the control" : "not shown to be less safe than the control"}`;
    case "increase":
      return `${increaseText(check)}${leftOutText(ground)}${wayOut(check, ground)}`;
    case "trade":
      return `${tradeText(check)}${leftOutText(ground)}`;
    case "not-fresh":
      return ground.simulated ? "simulated on a virtual clock" : "no case was answered afresh on both sides";
    case "early-stop":
      return `${ground.regressions} cases got worse and ${ground.improvements} better than with the control: e-value ${Number((check.observed ?? 0).toPrecision(3))}, ${check.threshold} decides`;
  }
}

function leftOutText({ leftOut }: { leftOut: number }): string {
  return leftOut === 0 ? "" : ` (${plural(leftOut, "case")} left out: an answer stored or recorded before)`;
}

/** What a reader can do about a bound: one that nobody set can be set, one of the suite stands. */
function wayOut({ verdict }: Numbers, { bound, improved }: Extract<Ground, { code: "increase" }>): string {
  if (verdict === "inconclusive" && bound === "default")
    return ": too few cases to tell; maxIncrease in the suite's gate sets another bound, false none";
  if (verdict === "fail" && bound === "suite" && improved)
    return ": the suite bounds it, and an improvement does not make up for it";
  return "";
}

function increaseText({ observed, ci95, threshold, verdict, trade }: Numbers): string {
  const untold = observed === null || (verdict === "pass" && trade === undefined);
  const estimate = untold ? "" : `${signed(observed * 100)} %, `;
  const none = observed === null && ci95 === null;
  return `${none ? "the control had none of it" : `${estimate}${interval(ci95, "%")}`} against at most ${share(threshold)}`;
}

/** What is bought with what; somebody has to say whether it is worth it. */
function tradeText(check: Numbers): string {
  const { trade, accepted } = check;
  const gain = `${signed((trade?.successRate ?? 0) * 100)} points of success, ${interval(trade?.ci95 ?? null, "points")}`;
  const deal = `${gain}, for ${increaseText(check)}`;
  if (accepted !== undefined) return `${deal}: accepted by ${accepted.by}: ${accepted.reason}`;
  return `${deal}: a person decides: agentops gate --accept "why"; or costBenefit in the suite does`;
}

const ABSENT = {
  score: "nothing was scored",
  "safety-scorer": "no scorer has category: safety",
  latency: "no latency was recorded",
  price: "a price is unknown",
  "shared-case": "no case was scored on both sides",
  "shared-latency": "no latency on both sides",
  trials: "a case has fewer scored trials than that",
  "shared-cost": "no case has a known cost on both sides: a price is unknown, or no usage was reported",
  part: "only a part of the cases or trials has it on both sides",
} as const;

function boundText({ threshold, observed, ci95, policy, verdict }: Numbers, direction: "min" | "max"): string {
  const side = direction === "min" ? "at least" : "at most";
  if (policy === "point") return `${shown(observed)} against ${side} ${shown(threshold)}`;
  const range = `[${shown(ci95?.[0] ?? null)}, ${shown(ci95?.[1] ?? null)}]`;
  const where = {
    pass: "lies within the bound",
    fail: "lies outside the bound",
    inconclusive: "straddles the bound",
    "not-measured": "",
  };
  return `95 % interval ${range} ${where[verdict]} (${side} ${shown(threshold)})`;
}

function shown(value: number | null): string {
  return value === null ? "unbounded" : String(Number(value.toPrecision(4)));
}

function interval(ci95: Check["ci95"], unit: "points" | "%"): string {
  if (ci95 === null) return "no interval";
  const side = (value: number | null) => (value === null ? "unbounded" : signed(value * 100));
  return `95 % interval [${side(ci95[0])}, ${side(ci95[1])}] ${unit}`;
}

function signed(value: number): string {
  const text = String(Number(value.toFixed(1)));
  return value > 0 ? `+${text}` : text.replace("-", "−");
}

function runNoteText(note: RunNote): string {
  if (note.code === "nothing-compared") return "bounds against a control were not judged: nothing was compared";
  if (note.code === "stopped-early")
    return "stopped early: the verdict is by the e-value; intervals and p-values of what was seen are not valid";
  return "scorer" in note && "model" in note ? judgeText(note) : noteText(note);
}

function judgeText(note: JudgeNote): string {
  const who = `judge ${note.model} of scorer ${note.scorer}`;
  if (note.code === "judge-uncalibrated")
    return `${who} was never calibrated: agentops judge calibrate ${note.suite} --labels FILE`;
  return `${who} ${REFUSED[note.refusal](note.labels)}`;
}

const REFUSED = {
  chance: (labels: number) => `was no better than chance against ${labels} labels: its pass rate says nothing`,
  unclear: (labels: number) =>
    `could not be told from chance with ${labels} labels: its pass rate may say nothing until more are compared`,
  contradicts: (labels: number) =>
    `contradicted the labels of ${labels} outputs: unless pass and fail are swapped in them, its pass rate misleads`,
} as const;
