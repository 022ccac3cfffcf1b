import type { GateDocument, GateRun } from "../release/gate/gate.schema.ts";
import { comparisonBlocks, examplesBlock } from "./diff-markdown.ts";
import { changeWords, verdictSentence } from "./diff-words.ts";
import { code, markdownTable } from "./markdown.ts";
import { percent } from "./numbers.ts";

const SIGN = { pass: "✅", fail: "❌", inconclusive: "❔", none: "➖" } as const;

/** A gate's verdict for a pull request: the verdict in the first line, then a table, and what is behind it. */
export function gateMarkdown(document: GateDocument): string {
  const { verdict, runs, changed, base, notes } = document;
  const blocks = [
    `**agentops gate: ${SIGN[verdict]} ${verdict}**${summary(document)}`,
    changed.length === 0
      ? ""
      : markdownTable(
          ["changed", "how", "suites"],
          changed.map((c) => [code(c.artifact), c.change, c.suites.map(code).join(", ")]),
        ),
    runs.length === 0
      ? ""
      : markdownTable(["suite", "artifact", "verdict", "success", "change [95 %]"], runs.map(runCells)),
    ...runs.map(section),
    ...notes.map((note) => `> ${note}`),
    `Compared with ${code(base.ref)} at ${code(base.mergeBase.slice(0, 12))}.`,
  ];
  return `${blocks.filter((b) => b !== "").join("\n\n")}\n`;
}

/** What the first line says besides the verdict: the run that decided it. */
function summary({ verdict, runs, changed }: GateDocument): string {
  if (changed.length === 0) return ": nothing changed in meaning";
  const deciding = runs.find((r) => r.verdict === verdict) ?? runs[0];
  if (deciding === undefined) return ": nothing was measured";
  const failed = deciding.checks.find((c) => c.verdict === verdict && verdict !== "pass");
  const why = failed === undefined ? "" : ` (${failed.name})`;
  return `: ${code(deciding.suite)}, ${deciding.comparison === null ? rateOf(deciding) : verdictSentence(deciding.comparison)}${why}`;
}

function runCells(run: GateRun): string[] {
  const primary = run.comparison?.metrics.find((m) => m.role === "primary");
  return [
    code(run.suite),
    code(run.artifact),
    `${SIGN[run.verdict]} ${run.verdict}`,
    primary === undefined ? rateOf(run) : `${percent(primary.control)} → ${percent(primary.candidate)}`,
    primary === undefined ? "no control" : changeWords(primary),
  ];
}

function rateOf({ metrics }: GateRun): string {
  return metrics.successRate === null ? "nothing was scored" : `success ${percent(metrics.successRate.estimate)}`;
}

function section(run: GateRun): string {
  const { suite, artifact, verdict, checks, comparison, examples, notes, stopped, id } = run;
  return [
    `### ${SIGN[verdict]} ${code(suite)} on ${code(artifact)}`,
    checks.length === 0
      ? "No bound and no control: nothing was judged."
      : markdownTable(
          ["check", "verdict", "why"],
          checks.map((c) => [c.name, `${SIGN[c.verdict]} ${c.verdict}`, c.reason]),
        ),
    ...(comparison === null ? [] : comparisonBlocks(comparison)),
    examplesBlock(examples),
    ...[...notes, ...(stopped === null ? [] : [stopped])].map((n) => `> ${n}`),
    `Run ${code(id)}${comparison === null ? "" : ` against ${code(comparison.control.run ?? "")}: ${code(`agentops diff ${comparison.control.run ?? ""} ${id}`)}`}`,
  ]
    .filter((b) => b !== "")
    .join("\n\n");
}
