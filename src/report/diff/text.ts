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
import { explanation } from "./scorers.ts";
import { plural } from "../../core/words.ts";
import { differingLines, idList, oneLine } from "../numbers.ts";
import { paint, type Style } from "../style.ts";
import { columns } from "../table.ts";

/** Columns the table of metrics needs; a narrower terminal gets two lines a metric. */
const TABLE_WIDTH = 100;
/** Unchanged lines around a changed one in a line diff. */
const CONTEXT = 2;

/** A diff for a terminal of `width` columns: what was compared, what changed in it, what that did, and the verdict last. */
export function diffText(document: DiffDocument, style: Style, width: number): string {
  const blocks = [
    heading(document, style),
    contentBlock(document, style, width),
    metricsBlock(document, style, width),
    casesBlock(document, style),
    examplesBlock(document, style, width),
    closing(document, style),
  ];
  return blocks.filter((b) => b !== "").join("\n\n");
}

function heading({ control, candidate, suite, paired }: DiffDocument, style: Style): string {
  const line = (label: string, side: DiffDocument["control"]) =>
    `${style.dim(label.padEnd(9))}  ${style.bold(sideName(side))}${side.model === null ? "" : `  ${side.model}`}${side.run === null ? "" : style.dim(`  run ${side.run.slice(0, 13)}`)}`;
  const lines = [line("control", control), line("candidate", candidate)];
  if (suite === null || paired === null) return lines.join("\n");
  const trials =
    paired.trialsControl === paired.trialsCandidate
      ? plural(paired.trialsControl, "trial")
      : `${paired.trialsControl} and ${plural(paired.trialsCandidate, "trial")}`;
  const clusters = paired.clusters === paired.cases ? "" : ` in ${plural(paired.clusters, "cluster")}`;
  return [...lines, `${style.dim("suite    ")}  ${suite}: ${plural(paired.cases, "case")}${clusters} × ${trials}`].join(
    "\n",
  );
}

function contentBlock({ content, control, candidate }: DiffDocument, style: Style, width: number): string {
  if (content.length === 0)
    return control.digest === null || candidate.digest === null ? "" : style.dim("content: no difference in meaning");
  return ["content", ...content.flatMap((change) => contentLines(change, style, width))].join("\n");
}

function contentLines({ path, control, candidate, lines }: ContentChange, style: Style, width: number): string[] {
  const removed = (text: string) => style.bad(`    - ${text}`);
  const added = (text: string) => style.good(`    + ${text}`);
  if (lines === undefined) {
    const [before, after] = differingLines(control, candidate, width - 8);
    return [
      `  ${style.bold(path)}`,
      ...(control === undefined ? [] : [removed(before)]),
      ...(candidate === undefined ? [] : [added(after)]),
    ];
  }
  const near = lines.map((_, i) => lines.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some((l) => l.op !== " "));
  return [
    `  ${style.bold(path)}`,
    ...lines.flatMap(({ op, text }, i) => {
      if (near[i] !== true) return near[i - 1] === true ? [style.dim("    …")] : [];
      const shown = oneLine(text, width - 8);
      return [op === " " ? style.dim(`      ${shown}`) : op === "-" ? removed(shown) : added(shown)];
    }),
  ];
}

function metricsBlock({ metrics }: DiffDocument, style: Style, width: number): string {
  if (metrics.length === 0) return "";
  const remarks = remarksOn(metrics).map((remark) => style.dim(`  ${remark}`));
  if (width < TABLE_WIDTH) return [...metrics.flatMap((m) => stacked(m, style)), ...remarks].join("\n");
  const rows = metrics.map((m) => [
    printable(m.name),
    metricValue(m, m.control),
    metricValue(m, m.candidate),
    changeWords(m),
    pWords(m).replace("p = ", "").replace("p <", "<"),
    verdictOf(m, style),
  ]);
  const head = ["metric", "control", "candidate", "change [95 %]", "p (adjusted)", "verdict"];
  return [columns(head, rows, style.dim), ...remarks].join("\n");
}

function stacked(metric: ComparedMetric, style: Style): string[] {
  return [
    `${printable(metric.name)}  ${verdictOf(metric, style)}`,
    `  ${metricValue(metric, metric.control)} → ${metricValue(metric, metric.candidate)}`,
    `  ${[changeWords(metric), pWords(metric)].filter((t) => t !== "").join("  ")}`,
  ];
}

const COLOUR = {
  better: "pass",
  worse: "fail",
  inconclusive: "inconclusive",
  "no-difference": "none",
  "not-measured": "none",
} as const;

function verdictOf({ verdict, role }: ComparedMetric, style: Style): string {
  const text = `${VERDICT_WORDS[verdict]}${role === "guardrail" ? " (guardrail)" : ""}`;
  return paint(style, COLOUR[verdict], text);
}

function casesBlock({ paired, regressions, improvements }: DiffDocument, style: Style): string {
  if (paired === null) return "";
  const { bothPass, onlyControl, onlyCandidate, neither, unmatched, differing, unscored } = paired;
  const list = (label: string, ids: readonly string[]) =>
    ids.length === 0 ? [] : [`${style.dim(label)} ${idList(ids, 20)}`];
  return [
    `${majority(paired)}${bothPass} cases pass on both sides, ${onlyControl} only with the control, ${onlyCandidate} only with the candidate, ${neither} with neither`,
    ...list(`regressions (${regressions.length}):`, regressions),
    ...list(`improvements (${improvements.length}):`, improvements),
    ...list(`only in the control's run (${unmatched.control.length}):`, unmatched.control),
    ...list(`only in the candidate's run (${unmatched.candidate.length}):`, unmatched.candidate),
    ...list(`another input or expectation (${differing.length}):`, differing),
    ...list(`not scored on both sides (${unscored.length}):`, unscored),
  ].join("\n");
}

function examplesBlock({ examples }: DiffDocument, style: Style, width: number): string {
  return examples.map((example) => exampleLines(example, style, width).join("\n")).join("\n");
}

function exampleLines(
  { case: id, change, expected, control, candidate }: Example,
  style: Style,
  width: number,
): string[] {
  const mark = change === "regression" ? style.bad("▼") : style.good("▲");
  const line = (label: string, text: string) => `    ${style.dim(label.padEnd(9))}  ${oneLine(text, width - 15)}`;
  const side = (label: string, { passed, trials, shown }: Example["control"]) => [
    line(trials > 1 ? `${label.slice(0, 4)} ${passed}/${trials}` : label, shown.output),
    ...shown.reasons.map((reason) => line("", reason)),
  ];
  return [
    `  ${mark} ${style.bold(oneLine(id, 60))}`,
    ...(expected === null ? [] : [line("expected", expected)]),
    ...side("control", control),
    ...side("candidate", candidate),
  ];
}

/** Every scorer, the one that explains the change first and with its reason. */
function explained(document: DiffDocument, style: Style): string[] {
  const because = explanation(document);
  return because === null ? [] : [`${style.bold("explained by")} ${because}`];
}

function closing(document: DiffDocument, style: Style): string {
  const { verdict, need, notes } = document;
  const word = paint(style, COLOUR[verdict], VERDICT_WORDS[verdict]);
  return [
    ...explained(document, style),
    ...(need === null || verdict !== "inconclusive" ? [] : [`need: ${needWords(need)}`]),
    ...notes.map((note) => style.dim(`note: ${note}`)),
    `verdict: ${style.bold(word)}: ${verdictSentence(document)}`,
  ].join("\n");
}
