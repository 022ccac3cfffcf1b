import type { CaseOutcome } from "../../evals/result/outcomes.ts";
import type { Evaluation } from "../../gate/evaluation.schema.ts";
import { createStyle } from "../../report/style.ts";
import type { CommandContext } from "../context.ts";

export const EVALUATION_FORMATS = ["text", "json", "markdown", "junit", "github"] as const;
type Format = (typeof EVALUATION_FORMATS)[number];

/** An evaluation in a format; only that format's code is loaded. `casesOf` is asked for the one that lists cases. */
export async function evaluationIn(
  format: Format,
  evaluation: Evaluation,
  context: CommandContext,
  casesOf: (runId: string) => Iterable<CaseOutcome>,
): Promise<string> {
  switch (format) {
    case "json":
      return JSON.stringify(evaluation, null, 2);
    case "markdown":
      return (await import("../../report/evaluation/markdown.ts")).evaluationMarkdown(evaluation);
    case "github":
      return (await import("../../report/evaluation/github.ts")).evaluationGithub(evaluation);
    case "junit":
      return (await import("../../report/evaluation/junit.ts")).evaluationJunit(evaluation, casesOf);
    case "text": {
      const { evaluationText } = await import("../../report/evaluation/text.ts");
      return evaluationText(evaluation, createStyle(context.color("stdout") && context.flags.output === undefined));
    }
  }
}

const EXIT = { pass: 0, none: 0, fail: 1, inconclusive: 3 } as const;

/** The exit code of an evaluation. A run that was cut short decides nothing, unless what was seen failed it. */
export function evaluationExit({ verdict, runs }: Evaluation): number {
  return verdict !== "fail" && runs.some((r) => r.stopped !== null) ? EXIT.inconclusive : EXIT[verdict];
}
