import { printable } from "../../core/printable.ts";
import type { EvaluatedRun, Evaluation } from "../../gate/evaluation.schema.ts";
import { comparisonRows } from "../diff/summary-text.ts";
import { metricRows, outcomeLine, scorerWords, targetName } from "./facts.ts";
import { idList } from "../numbers.ts";
import { paint, type Style } from "../style.ts";

/** The evaluation for a terminal: a block a run, what holds for all of them once, and the verdict last. */
export function evaluationText(evaluation: Evaluation, style: Style): string {
  const blocks = evaluation.runs.map((run) => runBlock(run, style));
  const notes = [...new Set(evaluation.runs.flatMap((run) => run.notes))].map((n) => style.dim(`note: ${n}`));
  const verdict = evaluation.verdict === "none" ? style.dim("none (no gate)") : paint(style, evaluation.verdict);
  return [...blocks, [...notes, `verdict: ${style.bold(verdict)}`].join("\n")].join("\n\n");
}

/** One run with its metrics, its checks and, where it has one, its control. */
export function runBlock(run: EvaluatedRun, style: Style): string {
  const scorers = scorerRows(run);
  const compared = run.comparison === null ? [] : comparisonRows(run.comparison);
  const rows = [...metricRows(run), ...scorers, ...compared];
  const width = Math.max(...rows.map(([label]) => label.length), "inconclusive".length);
  const line = (label: string, text: string, paintLabel = style.dim) =>
    `  ${paintLabel(inLine(label).padEnd(width))}  ${inLine(text)}`;
  return [
    `${style.bold(run.suite)}  ${targetName(run)}  ${run.target.model}`,
    `  ${outcomeLine(run)}`,
    ...rows.map(([label, text]) => line(label, text)),
    ...run.checks.map((c) => line(c.verdict, `${c.name}: ${c.reason}`, (text) => paint(style, c.verdict, text))),
    ...(run.casesFailing === 0 ? [] : [line("failing", failing(run))]),
    ...run.warnings.slice(0, 5).map((w) => line("warning", w, style.unsure)),
    ...(run.stopped === null ? [] : [line("stopped", run.stopped, style.unsure)]),
    line("run", run.id),
  ].join("\n");
}

/** Ids and messages are foreign text: no line of theirs, no control character, so that nothing passes for a line of ours. */
function inLine(text: string): string {
  return printable(text.replace(/[\r\n]+/g, " "));
}

function scorerRows({ metrics }: EvaluatedRun): [label: string, text: string][] {
  return Object.entries(metrics.scorers).map(([name, s]) => {
    const { passRate, corrected, mean } = scorerWords(s);
    const graded = s.mean === s.passRate ? "" : `, mean ${mean}`;
    const labels = [s.category ?? "", s.required ? "" : "not required"].filter((l) => l !== "").join(", ");
    return [
      name,
      `${passRate}${s.passRate === null ? "" : " pass"}${corrected}${graded}${labels === "" ? "" : `  (${labels})`}`,
    ];
  });
}

function failing(run: EvaluatedRun): string {
  const more = run.casesFailing > 5 ? ` (${run.casesFailing} in all)` : "";
  return `${idList(run.failing, 5)}${more}: agentops runs show ${run.id.slice(0, 13)}`;
}
