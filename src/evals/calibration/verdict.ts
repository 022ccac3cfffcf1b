import { casesIn, type Labelled } from "./evidence.ts";
import type { CalibrationFound, JudgeReason } from "./found.ts";
import type { Calibration, Rate } from "./schema.ts";

/** Kappa's error and the intervals of the rates are normal approximations: the usual 30 in all and 5 of each kind. */
const LEAST = { least: 30, leastOfAKind: 5 };

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

type Verdict = Pick<CalibrationFound, "verdict" | "reason" | "refusal" | "need">;

/**
 * Whether a judge may stand in for people. Too few labels decide nothing. A judge at or below chance (sensitivity +
 * specificity ≤ 1), or one whose kappa's 95 % interval reaches 0, is refused, and no corrected rate is offered for it.
 */
export function verdictOn(measured: Measured): Verdict {
  const few = tooFew(measured);
  if (few !== null) return few;
  const { kappa, sensitivity, specificity } = measured;
  if (kappa === null || sensitivity === null || specificity === null) {
    return refused("chance", { code: "never-varies" });
  }
  if (sensitivity.estimate + specificity.estimate <= 1) {
    const rates = { passedOfPassed: sensitivity.estimate, passedOfFailed: 1 - specificity.estimate };
    return (kappa.ci95?.[1] ?? kappa.estimate) < 0
      ? refused("contradicts", { code: "contradicts", ...rates })
      : refused("chance", { code: "no-better-than-chance", ...rates });
  }
  if (kappa.ci95 !== null && kappa.ci95[0] <= 0) return notToldApart(measured, kappa.estimate, kappa.ci95[0]);
  return { verdict: "usable", reason: { code: "agrees", kappa }, refusal: null, need: null };
}

/** Cases count, not outputs: trials of one case are not evidence of their own. */
function tooFew({ labelled, confusion, left }: Measured): Verdict | null {
  const cases = casesIn(labelled);
  const passes = confusion.bothPass + confusion.personOnly;
  const fails = confusion.judgeOnly + confusion.bothFail;
  const missing = Math.max(LEAST.least - cases, LEAST.leastOfAKind - passes, LEAST.leastOfAKind - fails);
  if (missing <= 0) return null;
  const have = { cases, passes, fails, ...LEAST };
  const common = { verdict: "inconclusive", refusal: null } as const;
  if (cases >= LEAST.least && Math.min(passes, fails) === 0) {
    const kind = fails === 0 ? "failed" : "passed";
    const why = { code: "look", kind, others: left.passed + left.failed, judgedSo: left[kind] } as const;
    return { ...common, reason: { code: "one-kind", ...have }, need: { labels: null, casesLeft: left.cases, why } };
  }
  const labels = Math.max(missing, atThisShare(passes, fails));
  const need = { labels, casesLeft: left.cases, why: { code: "least", ...LEAST } } as const;
  return { ...common, reason: { code: "too-few", ...have }, need };
}

/** How many more labels bring enough of the rarer kind, at the share it has so far. */
function atThisShare(passes: number, fails: number): number {
  const rarer = Math.min(passes, fails);
  if (rarer === 0 || rarer >= LEAST.leastOfAKind) return 0;
  return Math.ceil((LEAST.leastOfAKind - rarer) / (rarer / (passes + fails)));
}

/** Better than chance as far as it goes: sensitivity + specificity above 1 makes kappa positive. */
function notToldApart({ labelled, kappa, left }: Measured, estimate: number, low: number): Verdict {
  const total = Math.ceil(labelled.length * ((estimate - low) / estimate) ** 2);
  const labels = Math.max(1, total - labelled.length + 1);
  return {
    ...refused("unclear", { code: "unclear", kappa, labels: labelled.length }),
    need: { labels, casesLeft: left.cases, why: { code: "to-tell-apart" } },
  };
}

function refused(refusal: NonNullable<Calibration["refusal"]>, reason: JudgeReason): Verdict {
  return { verdict: "refused", reason, refusal, need: null };
}
