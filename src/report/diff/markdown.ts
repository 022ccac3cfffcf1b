import { printable } from "../../core/printable.ts";
import type { ComparedMetric, ContentChange, DiffDocument, Example } from "../../comparison/schema.ts";
import {
  changeWords,
  majority,
  needWords,
  metricValue,
  pWords,
  remarksOn,
  sideName,
  VERDICT_WORDS,
  verdictSentence,
} from "./words.ts";
import { code, fenced, markdownTable, prose } from "../markdown.ts";
import { explanation } from "./scorers.ts";
import { plural } from "../../core/words.ts";
import { differingLines, oneLine } from "../numbers.ts";

const SIGN = { better: "✅", worse: "❌", "no-difference": "➖", inconclusive: "❔", "not-measured": "➖" } as const;
const EXAMPLES = 5;

/** A diff for a pull request: the verdict first, then the numbers, the worst regressions, and what more evidence would take. */
export function diffMarkdown(document: DiffDocument): string {
  const { verdict, control, candidate, content, notes } = document;
  const blocks = [
    `**agentops diff: ${SIGN[verdict]} ${VERDICT_WORDS[verdict]}**: ${verdictSentence(document)}`,
    `${code(sideName(control))} → ${code(sideName(candidate))}${document.suite === null ? "" : `, suite ${code(document.suite)}`}`,
    explainedBlock(document),
    ...comparisonBlocks(document),
    content.length === 0 ? sameContent(document) : content.map(changeBlock).join("\n\n"),
    examplesBlock(document.examples),
    ...notes.map((note) => `> ${note}`),
  ];
  return `${blocks.filter((b) => b !== "").join("\n\n")}\n`;
}

/** The scorer that explains the change, with its reason; empty without one. */
export function explainedBlock(comparison: Pick<DiffDocument, "scorers" | "metrics">): string {
  const because = explanation(comparison);
  return because === null ? "" : `**Explained by** ${code(because)}`;
}

/** The tables of a comparison; the gate's report uses them too. */
export function comparisonBlocks({
  verdict,
  metrics,
  paired,
  need,
}: Pick<DiffDocument, "verdict" | "metrics" | "paired" | "need">): string[] {
  if (paired === null) return [];
  const { bothPass, onlyControl, onlyCandidate, neither } = paired;
  return [
    markdownTable(["metric", "control", "candidate", "change [95 %]", "p", "verdict"], metrics.map(metricCells)),
    `${plural(paired.cases, "case")}: ${majority(paired)}${bothPass} pass on both sides, ${onlyControl} only with the control, ${onlyCandidate} only with the candidate, ${neither} with neither.`,
    need === null || verdict !== "inconclusive" ? "" : `More evidence: ${needWords(need)}.`,
    ...remarksOn(metrics).map((remark) => `> ${remark}`),
  ].filter((b) => b !== "");
}

function metricCells(m: ComparedMetric): string[] {
  const verdict = `${SIGN[m.verdict]} ${VERDICT_WORDS[m.verdict]}`;
  return [
    m.role === "guardrail" ? `${m.name} (guardrail)` : prose(m.name),
    metricValue(m, m.control),
    metricValue(m, m.candidate),
    changeWords(m),
    pWords(m).replace("p = ", ""),
    verdict,
  ];
}

/** The worst regressions with both outputs. */
export function examplesBlock(examples: readonly Example[]): string {
  const regressions = examples.filter((e) => e.change === "regression").slice(0, EXAMPLES);
  if (regressions.length === 0) return "";
  const output = ({ passed, trials, shown: { output: text } }: Example["control"]) =>
    `${trials > 1 ? `${passed}/${trials} ` : ""}${code(oneLine(text, 160))}`;
  const rows = regressions.map((e) => [
    code(oneLine(e.case, 60)),
    e.expected === null ? "" : code(oneLine(e.expected, 80)),
    output(e.control),
    output(e.candidate),
    e.candidate.shown.reasons.map((reason) => code(oneLine(reason, 160))).join("; "),
  ]);
  return `**Worst regressions**\n\n${markdownTable(["case", "expected", "control", "candidate", "why"], rows)}`;
}

/** Recorded outputs have no content to compare. */
function sameContent({ control, candidate }: DiffDocument): string {
  return control.digest === null || candidate.digest === null ? "" : "No difference in meaning between the two.";
}

/** One change: a line diff of text, else what it was and what it is. */
function changeBlock({ path, control, candidate, lines }: ContentChange): string {
  const [before, after] = differingLines(control, candidate, 160);
  const rows =
    lines === undefined
      ? [...(control === undefined ? [] : [`-${before}`]), ...(candidate === undefined ? [] : [`+${after}`])]
      : hunks(lines);
  return `${code(path)}\n\n${fenced("diff", rows)}`;
}

/** Changed lines with two around them. */
function hunks(lines: NonNullable<ContentChange["lines"]>): string[] {
  return lines.flatMap(({ op, text }, i) =>
    lines.slice(Math.max(0, i - 2), i + 3).some((l) => l.op !== " ") ? [`${op}${printable(text)}`] : [],
  );
}
