import type { Calibration, Rate } from "../../evals/calibration/schema.ts";
import { plural } from "../../core/words.ts";
import { percent, percentInterval, trimmed, usd } from "../numbers.ts";
import { paint, type Style } from "../style.ts";

const COLOUR = { usable: "good", refused: "bad", inconclusive: "inconclusive" } as const;

/** A judge's calibration for a terminal: what was compared, how the two agree, what the rate really is, the verdict last. */
export function judgeText(found: Calibration, style: Style): string {
  const { corrected } = found.successRate;
  const rows = [labelRow(found), ...agreementRows(found), ...rateRows(found), ...gradedRow(found), ...pairRows(found)];
  const width = Math.max(...rows.map(([label]) => label.length));
  const verdict = style.bold(paint(style, COLOUR[found.verdict], found.verdict));
  return [
    `${style.bold(found.judge)}  judge of scorer ${found.scorer} in suite ${found.suite}`,
    ...rows.map(([label, text]) => `  ${style.dim(label.padEnd(width))}  ${text}`),
    ...(corrected === null ? [] : [style.dim(`note: PPI++ is preferred: ${corrected.why}`)]),
    ...found.notes.map((note) => style.dim(`note: ${note}`)),
    `verdict: ${verdict}: ${found.reason}`,
    ...needLines(found),
  ].join("\n");
}

/** What would decide, and whether this run can. */
function needLines({ need, run }: Calibration): string[] {
  if (need === null) return [];
  const { labels, casesLeft, why } = need;
  if (labels === null) return [`${why}: agentops runs export ${run}`];
  if (labels <= casesLeft)
    return [`label about ${plural(labels, "more output")}, at random: agentops runs export ${run}`];
  const left = casesLeft === 0 ? "no case" : plural(casesLeft, "case");
  return [
    `this run cannot settle it: about ${plural(labels, "more label")} ${labels === 1 ? "is" : "are"} needed and it has ${left} without one; label a run with more cases`,
  ];
}

type Row = [label: string, text: string];

function labelRow({ labels, run }: Calibration): Row {
  const cases = labels.cases === labels.n ? "" : ` of ${plural(labels.cases, "case")}`;
  const kinds = `people passed ${labels.passes} and failed ${labels.fails}`;
  return ["labels", `${plural(labels.n, "output")}${cases} of run ${run.slice(0, 13)}: ${kinds}`];
}

function agreementRows({ agreement, kappa, ac1, confusion: c, labels, sensitivity, specificity }: Calibration): Row[] {
  if (agreement === null) return [];
  const beyond =
    kappa === null
      ? "one of the two never varies, so nothing is known beyond chance"
      : `kappa ${trimmed(kappa.estimate, 2)}${bounds(kappa.ci95)} (0 is chance, 1 is perfect)`;
  const all: [string, string | null][] = [
    ["agreement", `${c.bothPass + c.bothFail} of ${labels.n} (${percent(agreement.estimate)})`],
    ["beyond chance", `${beyond}${ac1 === null ? "" : `, AC1 ${trimmed(ac1, 2)}`}`],
    ["people pass", rateText(c.bothPass, sensitivity, "the judge passes", "sensitivity")],
    ["people fail", rateText(c.bothFail, specificity, "the judge fails", "specificity")],
  ];
  return all.filter((row): row is Row => row[1] !== null);
}

function bounds(ci95: readonly [number, number] | null): string {
  return ci95 === null ? ", no interval" : ` [${trimmed(ci95[0], 2)}, ${trimmed(ci95[1], 2)}]`;
}

function rateText(hits: number, rate: Rate | null, does: string, name: string): string | null {
  if (rate === null) return null;
  return `${does} ${hits} of ${rate.n}: ${name} ${percent(rate.estimate)} ${percentInterval(rate.ci95)}`;
}

const UNCORRECTED = {
  chance: "none: a judge that guesses says nothing about the rate",
  unclear: "none: a judge that may be guessing corrects nothing",
  contradicts: "none: judge and labels contradict each other",
} as const;

function rateRows({ successRate: { raw, corrected }, refusal }: Calibration): Row[] {
  if (raw === null) return [];
  const judge: Row = ["pass rate", `${percent(raw.estimate)} ${percentInterval(raw.ci95)} by the judge`];
  if (corrected === null) {
    return [judge, ["corrected", refusal === null ? "none yet" : UNCORRECTED[refusal]]];
  }
  const { ppi, roganGladen } = corrected;
  return [
    judge,
    ["corrected", `${percent(ppi.estimate)} ${percentInterval(ppi.ci95)} by people (PPI++)`],
    ...(roganGladen === null
      ? []
      : [["", `${percent(roganGladen.estimate)} ${percentInterval(roganGladen.ci95)} (Rogan-Gladen)`] satisfies Row]),
  ];
}

function gradedRow({ brier, ece }: Calibration): Row[] {
  if (brier === null || ece === null) return [];
  return [
    [
      "graded scores",
      `off by ${percent(ece)} on average as chances of a pass (ECE); Brier ${trimmed(brier, 3)} (always ½: 0.25)`,
    ],
  ];
}

function pairRows({ position }: Calibration): Row[] {
  if (position === null) return [];
  const { pairs, flips, towardFirst, towardSecond, agreed, costUsd } = position;
  const sides = [
    ...(towardFirst > 0 ? [`${towardFirst} toward the one shown first`] : []),
    ...(towardSecond > 0 ? [`${towardSecond} toward the second`] : []),
  ];
  const cost =
    costUsd === 0 ? "" : `; ${costUsd === null ? "cost unknown (no price, or no usage reported)" : usd(costUsd)}`;
  return [
    [
      "order",
      `the verdict changed with it in ${flips} of ${plural(pairs, "pair")}${sides.length === 0 ? "" : ` (${sides.join(", ")})`}${cost}`,
    ],
    ["", `${agreed} of ${pairs} as people said, in both orders`],
  ];
}
