import { AgentopsError } from "../../../core/errors.ts";
import {
  type FactorialFound,
  type FactorialOptions,
  resumeFactorial,
  runFactorial,
} from "../../../comparison/factorial/factorial.ts";
import type { FactorialDocument } from "../../../comparison/factorial/schema.ts";
import type { EvalContext } from "../../../evals/run/context.ts";
import type { FactorialCell } from "../../../evals/run/run-spec.ts";
import type { RunRow } from "../../../evals/run/runs.store.ts";
import type { EvaluateOptions } from "../../../gate/evaluate.ts";
import { factorialDocument } from "../../../report/factorial/document.ts";
import { factorialMarkdown } from "../../../report/factorial/markdown.ts";
import { factorialText } from "../../../report/factorial/text.ts";
import { createStyle } from "../../../report/style.ts";
import { chosenFormat, type CommandContext } from "../../context.ts";

const FORMATS = ["text", "json", "markdown"] as const;
const EXIT = { decided: 0, inconclusive: 3 } as const;
const EXAMPLE = "agentops eval support-triage --factorial --control support-triage@v1 --target support-triage@v2";

/** What it is asked for; throws USAGE, before anything is run, for what goes with one version or one model only. */
export function factorialOptions(options: EvaluateOptions): FactorialOptions {
  const { control, model, outputs, resume, earlyStop, ...rest } = options;
  const foreign = [
    ["--model", model, "each cell has the model of one of the two versions"],
    ["--outputs", outputs, "recorded outputs ask no model"],
    ["--resume", resume, "--resume RUN alone goes on with the four cells that the run is one of"],
    [
      "--early-stop",
      earlyStop === true ? "" : undefined,
      "a cell that ends early leaves nothing to compare the others with",
    ],
  ].find(([, given]) => given !== undefined);
  if (foreign !== undefined)
    throw new AgentopsError("USAGE", `--factorial and ${foreign[0]} exclude each other: ${foreign[2]}`, {
      hint: EXAMPLE,
    });
  if (control === undefined)
    throw new AgentopsError("USAGE", "--factorial needs the version to compare with: --control REF", { hint: EXAMPLE });
  return { ...rest, control };
}

/** Fills the four cells, or goes on with those of a run, and prints what they tell: exit 0 decided, 3 inconclusive. */
export async function factorial(
  context: CommandContext,
  evalContext: EvalContext,
  order: { start: FactorialOptions } | { resume: { cell: FactorialCell; run: RunRow; options: EvaluateOptions } },
): Promise<{ code: number; emit: () => Promise<void> }> {
  const format = chosenFormat(context.flags, FORMATS);
  const found: FactorialFound =
    "start" in order
      ? await runFactorial(evalContext, order.start)
      : await resumeFactorial(evalContext, order.resume.cell, order.resume.run, order.resume.options);
  const document = factorialDocument(found);
  return { code: EXIT[document.verdict], emit: () => context.emit(documentIn(format, document, context)) };
}

function documentIn(format: (typeof FORMATS)[number], document: FactorialDocument, context: CommandContext): string {
  if (format === "json") return JSON.stringify(document, null, 2);
  if (format === "markdown") return factorialMarkdown(document);
  return factorialText(document, createStyle(context.color("stdout") && context.flags.output === undefined));
}
