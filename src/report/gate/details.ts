import type { Comparison, ComparedMetric } from "../../comparison/schema.ts";
import type { GateRun } from "../../gate/gate.schema.ts";
import { examplesBlock } from "../diff/markdown.ts";
import { changeWords, isRemarked, metricValue, pWords, VERDICT_WORDS } from "../diff/words.ts";
import { code, markdownTable, prose } from "../markdown.ts";
import { plural } from "../../core/words.ts";
import { oneLine } from "../numbers.ts";

/** Everything else about a run, folded: all checks, all metrics, the cases by outcome. */
export function runDetails(run: GateRun): string {
  const { suite, checks, comparison, verdict, id } = run;
  const control = comparison?.control.run ?? null;
  const passed = checks.filter((c) => c.verdict === "pass");
  const blocks = [
    passed.length === 0
      ? ""
      : markdownTable(
          ["passed", "why"],
          passed.map((c) => [c.name, c.reason]),
        ),
    ...(comparison === null ? [] : [metricsTable(comparison), outcomes(comparison), remarks(comparison)]),
    verdict === "pass" ? regressionsBlock(run) : "",
    control === null ? `Run ${code(id)}` : `Side by side: ${code(`agentops diff ${control} ${id}`)}`,
  ];
  const shown = blocks.filter((b) => b !== "").join("\n\n");
  return `<details><summary>${prose(suite)}: all checks and metrics</summary>\n\n${shown}\n\n</details>`;
}

/** The worst regressions; whatever a case is called, it leaves room for the others. */
export function regressionsBlock({ examples }: GateRun): string {
  return examplesBlock(examples.map((example) => ({ ...example, case: oneLine(example.case, 80) })));
}

function metricsTable({ metrics }: Comparison): string {
  return markdownTable(["metric", "control", "candidate", "change [95 %]", "p", "verdict"], metrics.map(metricCells));
}

function metricCells(m: ComparedMetric): string[] {
  return [
    `${prose(m.name)}${m.role === "guardrail" ? " (guardrail)" : ""}`,
    metricValue(m, m.control),
    metricValue(m, m.candidate),
    changeWords(m),
    pWords(m).replace("p = ", "").replace("p < ", "< "),
    VERDICT_WORDS[m.verdict],
  ];
}

function outcomes({ paired }: Comparison): string {
  const { cases, bothPass, onlyControl, onlyCandidate, neither } = paired;
  return `${plural(cases, "case")}: ${bothPass} pass on both sides, ${onlyControl} only with the control, ${onlyCandidate} only with the candidate, ${neither} with neither.`;
}

function remarks({ metrics }: Comparison): string {
  const said = metrics.filter(isRemarked).flatMap((m) => m.remarks.map((r) => `- ${prose(m.name)}: ${prose(r)}`));
  return said.join("\n");
}
