import { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import type { EvalContext } from "../evals/eval-context.ts";
import type { RunResult } from "../evals/result.schema.ts";
import { resumeRun, type RunOptions, type RunOutcome, runSuite } from "../evals/run-suite.ts";
import { findRun, specOf } from "../evals/runs.store.ts";
import type { Gate } from "../evals/schema.ts";
import { loadSuites } from "../evals/suite.ts";
import type { EvaluatedRun, Evaluation } from "./evaluation.schema.ts";
import { judgeGate, worst } from "./gate.ts";

export interface EvaluateOptions extends RunOptions {
  /** Suite names or files; none = all. */
  suites: readonly string[];
  /** A stored run to finish instead. */
  resume?: string | undefined;
}

/** Runs suites one after the other and judges each by its own gate. */
export async function evaluate(context: EvalContext, options: EvaluateOptions): Promise<Evaluation> {
  const runs: EvaluatedRun[] = [];
  if (options.resume !== undefined) {
    const { suite } = specOf(await findRun(context.store, options.resume));
    runs.push(judged(context, suite.gate, await resumeRun(context, options.resume, options)));
  } else {
    for (const suite of await loadSuites(context.project, options.suites, options.cwd)) {
      runs.push(judged(context, suite.spec.gate, await runSuite(context, suite, options)));
      if (runs.at(-1)?.status === "failed") break;
    }
  }
  return { schema: "agentops.eval/1", verdict: worst(runs.map((r) => r.verdict)), runs };
}

/** Trial errors above this share make the outcome an outside failure, whatever the scores say. */
export function maxErrorRateOf(project: Project): number {
  return project.config.limits?.maxErrorRate ?? 0.05;
}

function judged({ project }: EvalContext, gate: Gate | undefined, { result, stopped }: RunOutcome): EvaluatedRun {
  return judge(gate, result, stopped?.message ?? null, maxErrorRateOf(project));
}

/**
 * The verdict on a run. One that was cut short, or lost too many trials to errors, has not seen enough.
 * @param stopped why it ended before its trials did; null when it did not
 */
function judge(gate: Gate | undefined, result: RunResult, stopped: string | null, maxErrorRate: number): EvaluatedRun {
  const checks = gate === undefined ? [] : judgeGate(gate, result);
  const enough = stopped === null && result.errors <= maxErrorRate * result.planned;
  const verdict = gate === undefined ? "none" : enough ? worst(checks.map((c) => c.verdict)) : "inconclusive";
  return { ...result, verdict, checks, notes: notesOn(gate, result), stopped };
}

/** A stored run as it stands, judged like one that just ended. */
export function judgeStored(project: Project, gate: Gate | undefined, result: RunResult): Evaluation {
  const left = result.planned - result.scored - result.errors;
  const stopped =
    result.status === "complete" ? null : `the run is ${result.status}; ${left} of ${result.planned} trials are left`;
  const run = judge(gate, result, stopped, maxErrorRateOf(project));
  return { schema: "agentops.eval/1", verdict: run.verdict, runs: [run] };
}

function notesOn(gate: Gate | undefined, { metrics, target }: RunResult): string[] {
  const compared = gate?.nonInferiority ?? gate?.p95LatencyMs?.maxIncrease ?? gate?.costPerTaskUsd?.maxIncrease;
  return [
    ...(compared === undefined ? [] : ["bounds against a control were not judged: this run has no control"]),
    ...(target.model.startsWith("offline/")
      ? ["answered by the offline stand-in, which is not a model: its scores say nothing about one"]
      : []),
    ...(metrics.latencyMs?.simulated === true ? ["latency is simulated on a virtual clock"] : []),
  ];
}

/** What an evaluation ends with besides its document: the error that makes the exit code, if any. */
export function failureOf(evaluation: Evaluation, maxErrorRate: number): AgentopsError | undefined {
  for (const run of evaluation.runs) {
    if (run.status === "failed") {
      return new AgentopsError(
        "PROVIDER_FAILED",
        `${run.suite}: ${run.stopped ?? "the run failed"}; stopped after ${run.scored + run.errors} of ${run.planned} trials`,
        {
          hint: `agentops eval --resume ${run.id}`,
        },
      );
    }
    if (run.errors > maxErrorRate * run.planned) return tooManyErrors(run, maxErrorRate);
  }
  return undefined;
}

function tooManyErrors(run: EvaluatedRun, limit: number): AgentopsError {
  const first = run.firstError === null ? "" : `; the first: case ${run.firstError.case}: ${run.firstError.message}`;
  return new AgentopsError(
    "TRIAL_ERRORS",
    `${run.suite}: ${run.errors} of ${run.planned} trials ended in an error, the limit is ${limit * 100} %${first}`,
    {
      hint: `agentops runs show ${run.id}   then   agentops eval --resume ${run.id}`,
    },
  );
}
