import type { GateDocument, GateRun } from "../../gate/gate.schema.ts";
import { runBlock } from "../evaluation/text.ts";
import { howBase, bySeverity, headline, needWords } from "./words.ts";
import { weakenedLines } from "./weakened.ts";
import { oneLine } from "../numbers.ts";
import { paint, type Style } from "../style.ts";
import { wrapped } from "../wrap.ts";

/** Width of what is cut to a line where no terminal says how wide it is. */
const WIDTH = 100;

/**
 * A gate for a terminal: what changed, a block a run with what decides last, where the eye is, and then the verdict.
 * @param columns of the terminal; undefined elsewhere: nothing is wrapped
 */
export function gateText(document: GateDocument, style: Style, columns: number | undefined): string {
  const text = blocksOf(document, style, columns ?? WIDTH);
  return columns === undefined ? text : wrapped(text, columns);
}

function blocksOf(document: GateDocument, style: Style, width: number): string {
  const { verdict, base, runs, notes } = document;
  const how = howBase(document);
  const shown = [...new Set([...runs.flatMap((r) => r.notes), ...notes])];
  const weakened = weakenedLines(document, (name) => name).map((line) => style.bad(oneLine(line, 2000)));
  return [
    ...(weakened.length === 0 ? [] : [weakened.join("\n")]),
    `changed since ${base.ref} (${base.mergeBase.slice(0, 10)}${how === "" ? "" : `; ${how}`})\n${changedLines(document, style)}`,
    ...bySeverity(runs)
      .reverse()
      .map((run) => [runBlock(run, style), ...exampleLines(run, style, width), ...needLines(run, style)].join("\n")),
    [
      ...shown.map((n) => style.dim(`note: ${oneLine(n, 1000)}`)),
      `verdict: ${style.bold(paint(style, verdict))}: ${headline(document, (name) => name)}`,
    ].join("\n"),
  ].join("\n\n");
}

export function changedLines({ changed }: Pick<GateDocument, "changed">, style: Style): string {
  if (changed.length === 0) return "  nothing";
  return changed
    .map(({ change, artifact, from, suites, through }) => {
      const by = suites.length > 0 ? suites.join(", ") : through === null ? "" : `judged through ${through}`;
      const was = from === null ? "" : ` (renamed from ${from})`;
      return `  ${(from === null ? change : "renamed").padEnd(8)}  ${artifact}${was}${by === "" ? "" : style.dim(`  ${by}`)}`;
    })
    .join("\n");
}

function exampleLines({ examples }: GateRun, style: Style, width: number): string[] {
  const label = "candidate".length + 8;
  const answer = (passed: number, trials: number, output: string) =>
    oneLine(
      `${trials > 1 ? `${passed}/${trials} ` : ""}${output === "" ? "(empty)" : output}`,
      Math.max(20, width - label),
    );
  return examples.flatMap(({ case: id, control, candidate }) => [
    `  ${style.bad("▼")} ${style.bold(oneLine(id, Math.max(20, width - 4)))}`,
    `      ${style.dim("control")}    ${answer(control.passed, control.trials, control.shown.output)}`,
    `      ${style.dim("candidate")}  ${answer(candidate.passed, candidate.trials, candidate.shown.output)}`,
    ...candidate.shown.reasons.map((reason) => `                 ${oneLine(reason, Math.max(40, width - label))}`),
  ]);
}

/** The comparison's own need is in the run's block. */
function needLines(run: GateRun, style: Style): string[] {
  const said = run.comparison?.verdict === "inconclusive" ? "nonInferiority.margin:" : undefined;
  const wanted = needWords(run).filter((words) => said === undefined || !words.startsWith(said));
  return wanted.map((words) => `  ${style.unsure("needs")} ${words}`);
}
