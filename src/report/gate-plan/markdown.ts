import type { GatePlan } from "../../gate/plan/plan.schema.ts";
import { quoted, weakenedBlock } from "../gate/markdown.ts";
import { howBase } from "../gate/words.ts";
import { code, markdownTable } from "../markdown.ts";
import { shortRef } from "./text.ts";
import { callsWords, capWords, costWords, totalWords, verdictWords } from "./words.ts";

/** A gate's plan for a pull request or a job's summary. */
export function gatePlanMarkdown(plan: GatePlan): string {
  const { base, changed, runs, notes } = plan;
  const how = howBase(plan);
  const without = changed.filter(({ suites }) => suites.length === 0);
  const rows = [
    ...runs.flatMap(({ artifact, suite, sides }) =>
      sides.map((side) => [
        code(artifact),
        code(suite),
        `${side.side} ${code(shortRef(side))}`,
        callsWords(side),
        [costWords(side), capWords(plan, side)].filter((text) => text !== undefined).join("; "),
      ]),
    ),
    ...without.map(({ artifact, change, through }) => [
      code(artifact),
      change === "deleted" ? "deleted" : through === null ? "no suite names it" : `judged through ${code(through)}`,
      ...["", "", ""],
    ]),
  ];
  const asks = runs.length === 0 ? "nothing is asked" : `would ask ${totalWords(plan)}`;
  return `${[
    weakenedBlock(plan),
    `**agentops gate, dry run**: ${asks}. Verdict: ${verdictWords(plan, code)}`,
    rows.length === 0 ? "" : markdownTable(["changed", "suite", "side", "calls", "cost"], rows),
    quoted(notes),
    `Compared with ${code(base.ref)} at ${code(base.mergeBase.slice(0, 10))}${how === "" ? "" : ` (${how})`}. Nothing was asked, and nothing is stored.`,
  ]
    .filter((block) => block !== "")
    .join("\n\n")}\n`;
}
