import type { GateDocument } from "../release/gate/gate.schema.ts";
import { runBlock } from "./evaluation-text.ts";
import { oneLine } from "./numbers.ts";
import { paint, type Style } from "./style.ts";

/** A gate for a terminal: what changed, a block a run, and the verdict last. */
export function gateText({ verdict, base, changed, runs, notes }: GateDocument, style: Style, width: number): string {
  const list = changed.map(
    (c) =>
      `  ${c.change.padEnd(8)}  ${c.artifact}${c.suites.length === 0 ? "" : style.dim(`  ${c.suites.join(", ")}`)}`,
  );
  const blocks = runs.map((run) => {
    const examples = run.examples.flatMap(({ case: id, control, candidate }) => [
      `  ${style.bad("▼")} ${style.bold(id)}`,
      `      ${style.dim("control")}    ${oneLine(control.shown.output, width - 18)}`,
      `      ${style.dim("candidate")}  ${oneLine(candidate.shown.output, width - 18)}`,
    ]);
    return [runBlock(run, style), ...examples].join("\n");
  });
  const shown = [...new Set([...runs.flatMap((r) => r.notes), ...notes])];
  return [
    [`changed since ${base.ref} (${base.mergeBase.slice(0, 12)})`, ...(list.length === 0 ? ["  nothing"] : list)].join(
      "\n",
    ),
    ...blocks,
    [...shown.map((n) => style.dim(`note: ${n}`)), `verdict: ${style.bold(paint(style, verdict))}`].join("\n"),
  ].join("\n\n");
}
