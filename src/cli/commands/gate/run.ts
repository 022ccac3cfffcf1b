import { gate, type GateOptions } from "../../../gate/gate.ts";
import type { GateDocument } from "../../../gate/gate.schema.ts";
import { failureOf } from "../../../gate/evaluate.ts";
import { maxErrorRateOf } from "../../../evals/result/trial-errors.ts";
import type { ChosenBase } from "../../../registry/git/base.ts";
import { gateDocument } from "../../../report/gate/document.ts";
import { gateMarkdown } from "../../../report/gate/markdown.ts";
import { createStyle } from "../../../report/style.ts";
import { runsOf } from "../../open/runs.ts";
import { chosenFormat, type CommandContext } from "../../context.ts";
import { baseIn } from "./base.ts";
import { dryRun, dryRunFormat } from "./dry-run.ts";
import { evalContext } from "../../open/eval-context.ts";
import { reportFailure } from "../../failure.ts";
import { amount, wholeNumber } from "../../numbers.ts";
import { createProgressView } from "../../evals/progress.ts";
import { shareVerdicts } from "../../evals/share.ts";
import { appendReport } from "../../output.ts";

const FORMATS = ["text", "json", "markdown", "github", "junit"] as const;
const EXIT = { pass: 0, fail: 1, inconclusive: 3 } as const;

export async function run(context: CommandContext, _: unknown[], options: Record<string, unknown>): Promise<number> {
  const gateOptions = optionsOf(context, options);
  const planned = options["dryRun"] === true ? dryRunFormat(context, gateOptions) : undefined;
  const format = planned ?? chosenFormat(context.flags, FORMATS);
  const project = await context.project();
  const base: ChosenBase =
    gateOptions.base === undefined ? await baseIn(project) : { ref: gateOptions.base, by: "option" };
  if (planned !== undefined) return dryRun(context, project, base, { ...gateOptions, base: base.ref, format: planned });
  const store = runsOf(context, project);
  const view = await createProgressView(context);
  try {
    const found = await gate(await evalContext(context, project, store), {
      ...gateOptions,
      base: base.ref,
      baseBy: base.by,
      onProgress: ({ suite }, progress) => {
        view.update(suite, progress);
      },
    });
    view.close();
    const document = gateDocument(found);
    await context.emit(await documentIn(format, document, context));
    await tellGithub(context, document);
    await shareVerdicts(context, project, store, document.runs);
    const failure = failureOf(document.runs, maxErrorRateOf(project));
    if (failure !== undefined) return reportFailure(context.shell, context.flags, failure, context.color("stderr"));
    return EXIT[document.verdict];
  } finally {
    view.close();
    await store.close();
  }
}

function optionsOf(
  context: CommandContext,
  options: Record<string, unknown>,
): Omit<GateOptions, "base"> & { base: string | undefined } {
  const text = (key: string) => options[key] as string | undefined;
  return {
    base: text("base"),
    cwd: context.cwd,
    trials: wholeNumber("--trials", text("trials")),
    concurrency: wholeNumber("--concurrency", text("concurrency")),
    maxCostUsd: amount("--max-cost", text("maxCost")),
    selection: { filters: [], sample: wholeNumber("--sample", text("sample")) },
    earlyStop: options["earlyStop"] === true,
    accept: text("accept"),
    noCache: options["cache"] === false,
  };
}

async function documentIn(
  format: (typeof FORMATS)[number],
  document: GateDocument,
  context: CommandContext,
): Promise<string> {
  switch (format) {
    case "json":
      return JSON.stringify(document, null, 2);
    case "markdown":
      return gateMarkdown(document);
    case "github":
      return (await import("../../../report/gate/github.ts")).gateGithub(document);
    case "junit":
      return (await import("../../../report/gate/junit.ts")).gateJunit(document);
    case "text": {
      const toFile = context.flags.output !== undefined;
      const style = createStyle(context.color("stdout") && !toFile);
      const columns = toFile ? undefined : context.shell.stdout.columns;
      return (await import("../../../report/gate/text.ts")).gateText(document, style, columns);
    }
  }
}

/** In a GitHub job the verdict also goes to the job's summary and the step's outputs. */
async function tellGithub({ shell }: CommandContext, document: GateDocument): Promise<void> {
  const { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output } = shell.env;
  const failed = document.runs.filter((r) => r.verdict === "fail").map((r) => r.suite);
  const outputs = [
    `verdict=${document.verdict}`,
    `changed=${document.changed.length}`,
    `failed-suites=${failed.join(",")}`,
  ];
  await append(summary, gateMarkdown(document));
  await append(output, `${outputs.join("\n")}\n`);
}

async function append(file: string | undefined, text: string): Promise<void> {
  if (!file) return;
  const hint = "GITHUB_STEP_SUMMARY and GITHUB_OUTPUT name files of the job; unset them outside one";
  await appendReport(file, text, hint);
}
