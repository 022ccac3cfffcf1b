import { casesIn, type Labelled } from "./evidence.ts";
import type { Calibration, Rate } from "./schema.ts";

/** Kappa's error and the intervals of the rates are normal approximations: the usual 30 in all and 5 of each kind. */
const LEAST_LABELS = 30;
const LEAST_OF_A_KIND = 5;

/** What of the run nobody labelled: cases (or clusters) without any label, outputs by what the judge said. */
export interface Left {
  cases: number;
  passed: number;
  failed: number;
}

interface Measured {
  labelled: readonly Labelled[];
  confusion: Calibration["confusion"];
  kappa: Calibration["kappa"];
  sensitivity: Rate | null;
  specificity: Rate | null;
  left: Left;
}

type Verdict = Pick<Calibration, "verdict" | "reason" | "refusal" | "need">;

/**
 * Whether a judge may stand in for people. Too few labels decide nothing. A judge at or below chance (sensitivity +
 * specificity ≤ 1), or one whose kappa's 95 % interval reaches 0, is refused, and no corrected rate is offered for it.
 */
export function verdictOn(measured: Measured): Verdict {
  const few = tooFew(measured);
  if (few !== null) return few;
  const { kappa, sensitivity, specificity } = measured;
  if (kappa === null || sensitivity === null || specificity === null) {
    return refused("chance", "one of the two never varies");
  }
  if (sensitivity.estimate + specificity.estimate <= 1) {
    const how = `it passes ${share(sensitivity.estimate)} of what people passed and ${share(1 - specificity.estimate)} of what they failed`;
    return (kappa.ci95?.[1] ?? kappa.estimate) < 0
      ? refused("contradicts", `it contradicts the labels: ${how}; are pass and fail swapped in them?`)
      : refused("chance", `it is no better than chance: ${how}`);
  }
  if (kappa.ci95 !== null && kappa.ci95[0] <= 0) return notToldApart(measured, kappa.estimate, kappa.ci95[0]);
  return {
    verdict: "usable",
    reason: `it agrees with people beyond chance: kappa ${kappaText(kappa)}`,
    refusal: null,
    need: null,
  };
}

/** Cases count, not outputs: trials of one case are not evidence of their own. */
function tooFew({ labelled, confusion, left }: Measured): Verdict | null {
  const cases = casesIn(labelled);
  const passes = confusion.bothPass + confusion.personOnly;
  const fails = confusion.judgeOnly + confusion.bothFail;
  const missing = Math.max(LEAST_LABELS - cases, LEAST_OF_A_KIND - passes, LEAST_OF_A_KIND - fails);
  if (missing <= 0) return null;
  const have = `${some(cases, "labelled case")} with ${some(passes, "pass", "es")} and ${some(fails, "fail")}`;
  const why = `at least ${LEAST_LABELS} are needed, ${LEAST_OF_A_KIND} of each kind among them: below that, intervals are guesses`;
  const common = { verdict: "inconclusive", refusal: null } as const;
  if (cases >= LEAST_LABELS && Math.min(passes, fails) === 0) {
    return {
      ...common,
      reason: `${have} show nothing of the other kind: ${LEAST_OF_A_KIND} of each are needed`,
      need: { labels: null, casesLeft: left.cases, why: whereToLook(fails === 0 ? "failed" : "passed", left) },
    };
  }
  const labels = Math.max(missing, atThisShare(passes, fails));
  return { ...common, reason: `${have} are too few: ${why}`, need: { labels, casesLeft: left.cases, why } };
}

/** How many labels it takes to meet a kind that was never met is unknown; the judge's own verdicts are the best hint. */
function whereToLook(kind: "passed" | "failed", left: Left): string {
  const start = `no labelled output was ${kind} by people`;
  if (left.passed + left.failed === 0) return `${start}, and this run has no other: take one whose outputs differ more`;
  if (left[kind] === 0)
    return `${start}, and the judge ${kind} none of the others: label others at random, or take a run whose outputs differ more`;
  return `${start}: look among the ${left[kind]} others that the judge ${kind} (picked so they show its errors, but bias its corrected rate), or label others at random`;
}

/** How many more labels bring enough of the rarer kind, at the share it has so far. */
function atThisShare(passes: number, fails: number): number {
  const rarer = Math.min(passes, fails);
  if (rarer === 0 || rarer >= LEAST_OF_A_KIND) return 0;
  return Math.ceil((LEAST_OF_A_KIND - rarer) / (rarer / (passes + fails)));
}

/** Better than chance as far as it goes: sensitivity + specificity above 1 makes kappa positive. */
function notToldApart({ labelled, kappa, left }: Measured, estimate: number, low: number): Verdict {
  const total = Math.ceil(labelled.length * ((estimate - low) / estimate) ** 2);
  const labels = Math.max(1, total - labelled.length + 1);
  return {
    ...refused("unclear", `it cannot be told from chance: kappa ${kappaText(kappa)} with ${labelled.length} labels`),
    need: { labels, casesLeft: left.cases, why: "to tell a judge that agrees this much from chance" },
  };
}

function refused(refusal: NonNullable<Calibration["refusal"]>, reason: string): Verdict {
  return { verdict: "refused", reason, refusal, need: null };
}

function kappaText(kappa: Calibration["kappa"]): string {
  if (kappa === null) return "unknown";
  const { estimate, ci95 } = kappa;
  return ci95 === null
    ? `${estimate.toFixed(2)}, without one disagreement`
    : `${estimate.toFixed(2)} [${ci95[0].toFixed(2)}, ${ci95[1].toFixed(2)}]`;
}

function share(value: number): string {
  return `${Math.round(value * 100)} %`;
}

function some(n: number, noun: string, ending = "s"): string {
  return `${n} ${noun}${n === 1 ? "" : ending}`;
}
