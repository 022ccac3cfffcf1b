import { AgentopsError } from "../../../core/errors.ts";
import type { Project } from "../../../core/project.ts";
import type { Progress } from "../../../evals/run/stopping.ts";
import type { Evaluation } from "../../../gate/evaluation.schema.ts";
import type { RunStore } from "../../../state/runs.ts";
import { factorial, factorialOptions } from "./factorial.ts";
import { caseOutcomes } from "../../../evals/result/outcomes.ts";
import { findRun, type RunRow, specOf } from "../../../evals/run/runs.store.ts";
import { parseFilter } from "../../../evals/dataset/selection.ts";
import { evaluate, type EvaluateOptions, failureOf } from "../../../gate/evaluate.ts";
import { maxErrorRateOf } from "../../../evals/result/trial-errors.ts";
import { runsOf } from "../../open/runs.ts";
import { evaluationDocument as worded } from "../../../report/evaluation/document.ts";
import { chosenFormat, type CommandContext } from "../../context.ts";
import { evalContext } from "../../open/eval-context.ts";
import { EVALUATION_FORMATS, evaluationIn, evaluationExit } from "../../evals/evaluation-document.ts";
import { reportFailure } from "../../failure.ts";
import { amount, wholeNumber } from "../../numbers.ts";
import { createProgressView } from "../../evals/progress.ts";
import { shareVerdicts } from "../../evals/share.ts";

export async function run(
  context: CommandContext,
  [suites]: unknown[],
  options: Record<string, unknown>,
): Promise<number> {
  const evaluateOptions = optionsOf(context, suites as string[], options);
  const crossed = options["factorial"] === true ? factorialOptions(evaluateOptions) : undefined;
  const format = crossed === undefined ? chosenFormat(context.flags, EVALUATION_FORMATS) : undefined;
  const project = await context.project();
  const store = runsOf(context, project);
  const view = await createProgressView(context);
  const told = {
    onProgress: ({ suite }: { suite: string }, progress: Progress) => {
      view.update(suite, progress);
    },
  };
  try {
    const own = await evalContext(context, project, store);
    const order =
      crossed === undefined ? await resumedCell(store, evaluateOptions, told) : { start: { ...crossed, ...told } };
    if (order !== undefined) {
      const { code, emit } = await factorial(context, own, order);
      view.close();
      await emit();
      return code;
    }
    const found = await evaluate(own, { ...evaluateOptions, ...told });
    view.close();
    return await report(context, { project, store, format: format ?? "text" }, worded(found));
  } finally {
    view.close();
    await store.close();
  }
}

interface Told {
  project: Project;
  store: RunStore;
  format: (typeof EVALUATION_FORMATS)[number];
}

/** Prints an evaluation, gives its verdicts to the others, and says how it ended. */
async function report(
  context: CommandContext,
  { project, store, format }: Told,
  evaluation: Evaluation,
): Promise<number> {
  const rows = new Map<string, RunRow>();
  for (const { id } of evaluation.runs) rows.set(id, await findRun(store, id));
  const casesOf = (id: string) => caseOutcomes(store, rows.get(id) as RunRow);
  await context.emit(await evaluationIn(format, evaluation, context, casesOf));
  await shareVerdicts(context, project, store, evaluation.runs);
  const failure = failureOf(evaluation.runs, maxErrorRateOf(project));
  if (failure !== undefined) return reportFailure(context.shell, context.flags, failure, context.color("stderr"));
  return evaluationExit(evaluation);
}

/** A run that fills a cell of a 2 × 2 is gone on with as one. */
async function resumedCell(store: RunStore, options: EvaluateOptions, told: Pick<EvaluateOptions, "onProgress">) {
  if (options.resume === undefined) return undefined;
  const run = await findRun(store, options.resume);
  const cell = specOf(run).factorial;
  return cell === undefined ? undefined : { resume: { cell, run, options: { ...options, ...told } } };
}

function optionsOf({ cwd }: CommandContext, suites: string[], options: Record<string, unknown>): EvaluateOptions {
  const text = (key: string) => options[key] as string | undefined;
  if (text("control") === undefined && options["earlyStop"] === true)
    throw new AgentopsError("USAGE", "--early-stop needs a control to be worse than", { hint: "--control REF" });
  if (text("control") !== undefined && text("resume") !== undefined) {
    throw new AgentopsError("USAGE", "--resume and --control exclude each other", {
      hint: "resume the run, then agentops diff CONTROL_RUN CANDIDATE_RUN",
    });
  }
  return {
    cwd,
    suites,
    resume: text("resume"),
    control: text("control"),
    earlyStop: options["earlyStop"] === true,
    target: text("target"),
    model: text("model"),
    outputs: text("outputs"),
    trials: wholeNumber("--trials", text("trials")),
    concurrency: wholeNumber("--concurrency", text("concurrency")),
    maxCostUsd: amount("--max-cost", text("maxCost")),
    selection: {
      filters: ((options["filter"] as string[] | undefined) ?? []).map(parseFilter),
      sample: wholeNumber("--sample", text("sample")),
    },
    record: options["record"] === true,
    live: options["live"] === true,
    noCache: options["cache"] === false,
    fallback: options["fallback"] !== false,
  };
}
