import { plural } from "../../core/words.ts";
import type { CalibrationFound, CalibrationNote, JudgeReason, LabelsFor } from "../../evals/calibration/found.ts";
import type { Calibration } from "../../evals/calibration/schema.ts";

/** `agentops.judge/1`: a calibration with its reasons and notes in words. */
export function calibrationDocument({ reason, need, notes, successRate, ...found }: CalibrationFound): Calibration {
  const { raw, corrected } = successRate;
  return {
    ...found,
    reason: reasonText(reason),
    need: need === null ? null : { ...need, why: labelsText(need.why) },
    notes: notes.map(noteText),
    successRate: { raw, corrected: corrected === null ? null : { ...corrected, why: PREFERRED } },
  };
}

const PREFERRED =
  "the labels are of this very run, so whatever bias the judge has in it cancels; later runs of this judge are corrected by its error rates (Rogan-Gladen)";

function reasonText(reason: JudgeReason): string {
  switch (reason.code) {
    case "agrees":
      return `it agrees with people beyond chance: kappa ${kappaText(reason.kappa)}`;
    case "never-varies":
      return "one of the two never varies";
    case "no-better-than-chance":
      return `it is no better than chance: ${howItPasses(reason)}`;
    case "contradicts":
      return `it contradicts the labels: ${howItPasses(reason)}; are pass and fail swapped in them?`;
    case "unclear":
      return `it cannot be told from chance: kappa ${kappaText(reason.kappa)} with ${reason.labels} labels`;
    case "too-few":
      return `${haveText(reason)} are too few: ${leastText(reason)}`;
    case "one-kind":
      return `${haveText(reason)} show nothing of the other kind: ${reason.leastOfAKind} of each are needed`;
  }
}

function howItPasses(rates: { passedOfPassed: number; passedOfFailed: number }): string {
  return `it passes ${wholePercent(rates.passedOfPassed)} of what people passed and ${wholePercent(rates.passedOfFailed)} of what they failed`;
}

function haveText({ cases, passes, fails }: { cases: number; passes: number; fails: number }): string {
  return `${plural(cases, "labelled case")} with ${plural(passes, "pass", "passes")} and ${plural(fails, "fail")}`;
}

function leastText({ least, leastOfAKind }: { least: number; leastOfAKind: number }): string {
  return `at least ${least} are needed, ${leastOfAKind} of each kind among them: below that, intervals are guesses`;
}

/** How many labels it takes to meet a kind that was never met is unknown; the judge's own verdicts are the best hint. */
function labelsText(why: LabelsFor): string {
  switch (why.code) {
    case "least":
      return leastText(why);
    case "to-tell-apart":
      return "to tell a judge that agrees this much from chance";
    case "look": {
      const start = `no labelled output was ${why.kind} by people`;
      if (why.others === 0) return `${start}, and this run has no other: take one whose outputs differ more`;
      if (why.judgedSo === 0)
        return `${start}, and the judge ${why.kind} none of the others: label others at random, or take a run whose outputs differ more`;
      return `${start}: look among the ${why.judgedSo} others that the judge ${why.kind} (picked so they show its errors, but bias its corrected rate), or label others at random`;
    }
  }
}

function noteText(note: CalibrationNote): string {
  switch (note.code) {
    case "not-complete":
      return `run ${note.run} is ${note.status}: rates are of the outputs it has`;
    case "suite-changed":
      return `${note.suiteFile} has changed since: its judge is not the one that was calibrated`;
    case "unjudged":
      return `${note.labels} labelled ${note.labels === 1 ? "output has" : "outputs have"} no verdict: the trial ended in an error`;
    case "same-case":
      return "several labels are of one case or cluster: intervals count them at what they are worth";
    case "picked":
      return `the judge passes ${wholePercent(note.labelled)} of the labelled outputs and ${wholePercent(note.others)} of the others: they were hardly picked at random, which corrected rates rely on`;
    case "swayed":
      return `the judge's comparison changed with the order in ${note.flips} of ${plural(note.pairs, "pair")}: compare in both orders, or not at all`;
  }
}

function kappaText(kappa: Calibration["kappa"]): string {
  if (kappa === null) return "unknown";
  const { estimate, ci95 } = kappa;
  return ci95 === null
    ? `${estimate.toFixed(2)}, without one disagreement`
    : `${estimate.toFixed(2)} [${ci95[0].toFixed(2)}, ${ci95[1].toFixed(2)}]`;
}

function wholePercent(value: number): string {
  return `${Math.round(value * 100)} %`;
}
