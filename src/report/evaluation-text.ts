import type { EvaluatedRun, Evaluation } from "../release/evaluation.schema.ts";
import { metricRows, outcomeLine, targetName } from "./evaluation-facts.ts";
import { percent, trimmed } from "./numbers.ts";
import { paint, type Style } from "./style.ts";

/** The evaluation for a terminal. */
export function evaluationText(evaluation: Evaluation, style: Style): string {
  const blocks = evaluation.runs.map((run) => runBlock(run, style));
  const verdict = evaluation.verdict === "none" ? style.dim("no gate") : paint(style, evaluation.verdict);
  return `${blocks.join("\n\n")}\n\nverdict: ${verdict}\n`;
}

function runBlock(run: EvaluatedRun, style: Style): string {
  return [
    `${style.bold(run.suite)}  ${targetName(run)}  ${run.target.model}`,
    `  ${outcomeLine(run)}`,
    ...metricRows(run).map(([label, text]) => `  ${label.padEnd(13)} ${text}`),
    ...scorerLines(run),
    ...run.checks.map((c) => `  ${paint(style, c.verdict, c.verdict.padEnd(13))} ${c.name}: ${c.reason}`),
    ...failingLines(run, style),
    ...run.warnings.slice(0, 5).map((w) => style.unsure(`  warning: ${w}`)),
    ...(run.stopped === null ? [] : [style.unsure(`  stopped: ${run.stopped}`)]),
    ...run.notes.map((n) => style.dim(`  note: ${n}`)),
    style.dim(`  run ${run.id}`),
  ].join("\n");
}

function scorerLines({ metrics }: EvaluatedRun): string[] {
  return Object.entries(metrics.scorers).map(([name, s]) => {
    const labels = [s.category ?? "", s.required ? "" : "not required"].filter((l) => l !== "").join(", ");
    return `  ${name.padEnd(13)} ${percent(s.passRate)} pass, mean ${trimmed(s.mean, 3)}${labels === "" ? "" : `  (${labels})`}`;
  });
}

function failingLines(run: EvaluatedRun, style: Style): string[] {
  if (run.casesFailing === 0) return [];
  const shown = run.failing.slice(0, 5).join(", ");
  const more = run.casesFailing > 5 ? `, … (${run.casesFailing} in all)` : "";
  return [`  failing       ${shown}${more}`, style.dim(`                why: agentops runs show ${run.id}`)];
}
