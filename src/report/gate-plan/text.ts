import type { GatePlan, PlannedSide } from "../../gate/plan/plan.schema.ts";
import { changedLines } from "../gate/text.ts";
import { weakenedLines } from "../gate/weakened.ts";
import { howBase } from "../gate/words.ts";
import { oneLine } from "../numbers.ts";
import type { Style } from "../style.ts";
import { wrapped } from "../wrap.ts";
import { callsWords, capWords, costWords, totalWords, verdictWords } from "./words.ts";

/**
 * A gate's plan for a terminal, in the order of the gate itself: what changed, a block a suite, and last what it all comes to.
 * @param columns of the terminal; undefined elsewhere: nothing is wrapped
 */
export function gatePlanText(plan: GatePlan, style: Style, columns: number | undefined): string {
  const text = blocksOf(plan, style);
  return columns === undefined ? text : wrapped(text, columns);
}

function blocksOf(plan: GatePlan, style: Style): string {
  const { base, runs, notes } = plan;
  const how = howBase(plan);
  const weakened = weakenedLines(plan, (name) => name).map((line) => style.bad(oneLine(line, 2000)));
  return [
    ...(weakened.length === 0 ? [] : [weakened.join("\n")]),
    `changed since ${base.ref} (${base.mergeBase.slice(0, 10)}${how === "" ? "" : `; ${how}`})\n${changedLines(plan, style)}`,
    ...runs.map((run) =>
      [
        `${style.bold(run.suite)}  on ${run.artifact}`,
        ...run.sides.flatMap((side) => sideLines(plan, side, style)),
      ].join("\n"),
    ),
    [
      ...notes.map((n) => style.dim(`note: ${oneLine(n, 1000)}`)),
      ...(runs.length === 0 ? [] : [`would ask: ${style.bold(totalWords(plan))}`]),
      `verdict: ${verdictWords(plan, (name) => name)}`,
      style.dim("dry run: nothing was asked, and nothing is stored"),
    ].join("\n"),
  ].join("\n\n");
}

function sideLines(plan: GatePlan, side: PlannedSide, style: Style): string[] {
  const label = (text: string) => style.dim(text.padEnd("candidate".length));
  const cap = capWords(plan, side);
  return [
    `  ${label(side.side)}  ${shortRef(side)}  ${side.model}`,
    `  ${label("")}  ${callsWords(side)}`,
    `  ${label("")}  ${costWords(side)}`,
    ...(cap === undefined ? [] : [`  ${label("")}  ${style.unsure(cap)}`]),
  ];
}

/** A commit by its first ten digits. */
export function shortRef({ ref }: PlannedSide): string {
  return ref.replace(/@([0-9a-f]{10})[0-9a-f]+$/, "@$1");
}
