import { calibrationError } from "../../stats/judges/calibration-error.ts";
import { agreement } from "../../stats/judges/kappa.ts";
import { type ClusterTally, intervalOf, totalOf, worthOf } from "../../stats/samples/cluster-tally.ts";
import { correctedRates } from "./correction.ts";
import type { CalibrationFound } from "./found.ts";
import { type LabelledRun, type Labelled, tallied } from "./evidence.ts";
import type { Calibration, Rate } from "./schema.ts";
import { type Left, verdictOn } from "./verdict.ts";

/** What the labels say about a judge, apart from names: the part of the document that is arithmetic. */
export type Judgement = Pick<
  CalibrationFound,
  | "verdict" | "reason" | "refusal" | "need" | "confusion" | "agreement" | "kappa" | "ac1" | "sensitivity" | "specificity" | "successRate"
  | "brier" | "ece"
>; // prettier-ignore

/**
 * Compares a judge with people. Outputs of one case (or cluster) are not independent: every share is taken at the sample
 * size it is worth, and the table behind kappa is scaled to that of the agreement.
 */
export function judgeJudge(evidence: LabelledRun): Judgement {
  const { labelled } = evidence;
  const confusion = count(labelled);
  const agreed = tallied(labelled, (o) => o.label === o.judged);
  const [passed, failed] = [labelled.filter((o) => o.label), labelled.filter((o) => !o.label)];
  const sensitivity = rateOf(tallied(passed, (o) => o.judged), passed.length); // prettier-ignore
  const specificity = rateOf(tallied(failed, (o) => !o.judged), failed.length); // prettier-ignore
  const found = labelled.length === 0 ? null : agreement(tableOf(confusion, worthOf(agreed).n / labelled.length));
  const kappa = found?.kappa ? { estimate: found.kappa.estimate, ci95: found.kappa.interval } : null;
  const verdict = verdictOn({ labelled, confusion, kappa, sensitivity, specificity, left: leftOf(evidence) });
  const corrected = verdict.verdict === "usable" ? correctedRates(evidence, sensitivity, specificity) : null;
  return {
    ...verdict,
    confusion,
    agreement: proportionOf(agreed, labelled.length),
    kappa: kappa !== null && verdict.verdict === "inconclusive" ? { ...kappa, ci95: null } : kappa,
    ac1: found?.ac1 ?? null,
    sensitivity,
    specificity,
    successRate: { raw: proportionOf(evidence.passes, outputsIn(evidence)), corrected },
    ...graded(labelled),
  };
}

function count(labelled: readonly Labelled[]): Calibration["confusion"] {
  const of = (label: boolean, judged: boolean) =>
    labelled.filter((o) => o.label === label && o.judged === judged).length;
  return {
    bothPass: of(true, true),
    judgeOnly: of(false, true),
    personOnly: of(true, false),
    bothFail: of(false, false),
  };
}

function tableOf({ bothPass, judgeOnly, personOnly, bothFail }: Calibration["confusion"], scale: number): number[][] {
  return [
    [bothPass * scale, judgeOnly * scale],
    [personOnly * scale, bothFail * scale],
  ];
}

function outputsIn({ groups }: LabelledRun): number {
  return groups.reduce((sum, group) => sum + group.labelled.length + group.unlabelled.length, 0);
}

/** What of the run nobody labelled. */
function leftOf({ groups }: LabelledRun): Left {
  const outputs = groups.flatMap((group) => group.unlabelled);
  const passed = outputs.filter((pass) => pass === 1).length;
  return {
    cases: groups.filter((group) => group.labelled.length === 0).length,
    passed,
    failed: outputs.length - passed,
  };
}

function proportionOf(clusters: ClusterTally, n: number): { estimate: number; ci95: [number, number] } | null {
  return n === 0 ? null : { estimate: totalOf(clusters) / n, ci95: intervalOf(clusters) };
}

function rateOf(clusters: ClusterTally, n: number): Rate | null {
  const share = proportionOf(clusters, n);
  return share === null ? null : { ...share, n, effectiveN: worthOf(clusters).n };
}

/** A judge that only says yes or no gives no chances whose calibration could be measured. */
function graded(labelled: readonly Labelled[]): Pick<Calibration, "brier" | "ece"> {
  if (labelled.every((o) => o.score === Number(o.judged))) return { brier: null, ece: null };
  const found = calibrationError(labelled.map((o) => ({ probability: o.score, happened: o.label })));
  return { brier: found?.brier ?? null, ece: found?.ece ?? null };
}
