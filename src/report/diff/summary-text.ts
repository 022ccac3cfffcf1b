import type { Comparison } from "../../comparison/schema.ts";
import { changeWords, metricValue, needWords, pWords, sideName, VERDICT_WORDS } from "./words.ts";
import { explanation } from "./scorers.ts";
import { plural } from "../../core/words.ts";
import { idList } from "../numbers.ts";

/** A comparison as label and text, for the block of a run that has a control: what decides, what moved, what it would take. */
export function comparisonRows(comparison: Comparison): [label: string, text: string][] {
  const because = explanation(comparison);
  return [...(because === null ? [] : [["explained by", because] as [string, string]]), ...measuredRows(comparison)];
}

function measuredRows({ verdict, control, metrics, regressions, need }: Comparison): [label: string, text: string][] {
  const told = metrics.filter((m) => m.role !== "other" || m.verdict === "worse");
  return [
    [
      "control",
      control.digest === null && control.version === null
        ? sideName(control)
        : `${sideName(control)}, run ${(control.run ?? "").slice(0, 13)}`,
    ],
    ...told.map((m): [string, string] => [
      `Δ ${m.name}`,
      `${metricValue(m, m.control)} → ${metricValue(m, m.candidate)}, ${[changeWords(m), pWords(m)].filter((t) => t !== "").join(" ")}: ${VERDICT_WORDS[m.verdict]}`,
    ]),
    ...told.flatMap((m) => m.remarks.map((remark): [string, string] => ["", `${m.name}: ${remark}`])),
    ...(regressions.length === 0
      ? []
      : [["worse", `${plural(regressions.length, "case")}: ${idList(regressions, 5)}`] as [string, string]]),
    ...(need === null || verdict !== "inconclusive" ? [] : [["need", needWords(need)] as [string, string]]),
  ];
}
