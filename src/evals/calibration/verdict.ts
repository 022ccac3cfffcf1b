import { casesIn, type Labelled } from "./evidence.ts";
import type { Calibration, Rate } from "./schema.ts";

/** Kappa's error and the intervals of the rates are normal approximations: the usual 30 in all and 5 of each kind. */
const LEAST_LABELS = 30;
const LEAST_OF_A_KIND = 5;

interface Measured {
  labelled: readonly Labelled[];
  confusion: Calibration["confusion"];
  kappa: Calibration["kappa"];
  /** Standard error of kappa. */
  error: number | null;
  sensitivity: Rate | null;
  specificity: Rate | null;
}

type Verdict = Pick<Calibration, "verdict" | "reason" | "need">;

/**
 * Whether a judge may stand in for people. Too few labels decide nothing. A judge at or below chance (sensitivity +
 * specificity ≤ 1), or one whose kappa's 95 % interval reaches 0, is refused, and no corrected rate is offered for it.
 */
export function verdictOn(measured: Measured): Verdict {
  const few = tooFew(measured);
  if (few !== null) return few;
  const { kappa, sensitivity, specificity } = measured;
  if (kappa === null || sensitivity === null || specificity === null) return refused("one of the two never varies");
  if (sensitivity.estimate + specificity.estimate <= 1) {
    return refused(
      `it is no better than chance: it passes ${share(sensitivity.estimate)} of what people passed and ${share(1 - specificity.estimate)} of what they failed`,
    );
  }
  if (kappa.ci95[0] <= 0) return notToldApart(measured, kappa);
  return { verdict: "usable", reason: `it agrees with people beyond chance: kappa ${kappaText(kappa)}`, need: null };
}

/** Cases count, not outputs: trials of one case are not evidence of their own. */
function tooFew({ labelled, confusion }: Measured): Verdict | null {
  const cases = casesIn(labelled);
  const passes = confusion.bothPass + confusion.personOnly;
  const fails = confusion.judgeOnly + confusion.bothFail;
  const missing = Math.max(LEAST_LABELS - cases, LEAST_OF_A_KIND - passes, LEAST_OF_A_KIND - fails);
  if (missing <= 0) return null;
  const have = `${cases} labelled cases with ${passes} passes and ${fails} fails`;
  const why = `at least ${LEAST_LABELS} are needed, ${LEAST_OF_A_KIND} of each kind among them: below that, intervals are guesses`;
  return {
    verdict: "inconclusive",
    reason: `${have} are too few: ${why}`,
    need: { labels: Math.max(missing, atThisShare(passes, fails)), why },
  };
}

/** How many more labels bring enough of the rarer kind, at the share it has so far. */
function atThisShare(passes: number, fails: number): number {
  const rarer = Math.min(passes, fails);
  if (rarer === 0 || rarer >= LEAST_OF_A_KIND) return 0;
  return Math.ceil((LEAST_OF_A_KIND - rarer) / (rarer / (passes + fails)));
}

function notToldApart({ labelled, error }: Measured, kappa: NonNullable<Calibration["kappa"]>): Verdict {
  const reason = `it cannot be told from chance: kappa ${kappaText(kappa)} with ${labelled.length} labels`;
  const total = Math.ceil(labelled.length * (Math.max(0, kappa.estimate - kappa.ci95[0]) / kappa.estimate) ** 2);
  const more = total - labelled.length + 1;
  if (kappa.estimate <= 0 || error === null || more < 1) return refused(reason);
  return { ...refused(reason), need: { labels: more, why: "to tell a judge that agrees this much from chance" } };
}

function refused(reason: string): Verdict {
  return { verdict: "refused", reason, need: null };
}

function kappaText({ estimate, ci95 }: NonNullable<Calibration["kappa"]>): string {
  return `${estimate.toFixed(2)} [${ci95[0].toFixed(2)}, ${ci95[1].toFixed(2)}]`;
}

function share(value: number): string {
  return `${Math.round(value * 100)} %`;
}
