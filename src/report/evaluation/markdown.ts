import type { EvaluatedRun, Evaluation } from "../../gate/evaluation.schema.ts";
import { comparisonBlocks } from "../diff/markdown.ts";
import { metricRows, outcomeLine, scorerWords, targetName } from "./facts.ts";
import { cell, code, markdownTable, prose } from "../markdown.ts";
import { oneLine } from "../numbers.ts";

const SIGN = { pass: "✅", fail: "❌", inconclusive: "❔", none: "➖", "not-measured": "➖" } as const;

/** The evaluation for a pull request or a job summary. */
export function evaluationMarkdown(evaluation: Evaluation): string {
  return (
    [`**agentops eval: ${SIGN[evaluation.verdict]} ${evaluation.verdict}**`, ...evaluation.runs.map(section)].join(
      "\n\n",
    ) + "\n"
  );
}

function section(run: EvaluatedRun): string {
  return [
    `### ${SIGN[run.verdict]} ${cell(run.suite)}`,
    `${cell(targetName(run))} on \`${run.target.model}\`. ${outcomeLine(run)}.`,
    markdownTable(["metric", "value"], metricRows(run)),
    markdownTable(
      ["scorer", "pass rate", "mean"],
      Object.entries(run.metrics.scorers).map(([name, metric]) => {
        const { passRate, corrected, mean } = scorerWords(metric);
        return [prose(name), `${passRate}${corrected}`, mean];
      }),
    ),
    ...(run.checks.length === 0
      ? []
      : [
          markdownTable(
            ["check", "verdict", "why"],
            run.checks.map((c) => [c.name, `${SIGN[c.verdict]} ${c.verdict}`, c.reason]),
          ),
        ]),
    ...(run.comparison === null ? [] : comparisonBlocks(run.comparison)),
    ...(run.failing.length === 0
      ? []
      : [`Failing (${run.casesFailing}): ${run.failing.map((id) => code(oneLine(id, 80))).join(", ")}`]),
    ...[...run.notes, ...(run.stopped === null ? [] : [run.stopped])].map((n) => `> ${prose(n)}`),
    `Run \`${run.id}\``,
  ].join("\n\n");
}
