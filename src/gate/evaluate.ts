import { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import { parseRef } from "../core/refs.ts";
import type { EvalContext } from "../evals/run/context.ts";
import type { RunResult } from "../evals/result/schema.ts";
import { resumeRun, type RunOptions, type RunOutcome, runSuite } from "../evals/run-suite.ts";
import { findRun, type RunRow, specOf } from "../evals/run/runs.store.ts";
import type { Suite } from "../evals/dataset/schema.ts";
import { type LoadedSuite, loadSuites } from "../evals/dataset/suite.ts";
import type { RunStore } from "../state/runs.ts";
import { type ComparedRuns, compareRuns } from "../comparison/compare.ts";
import type { EvaluatedRun } from "./evaluation.schema.ts";
import type { EvaluationFound, RunFound } from "./found.ts";
import { worst } from "./bounds.ts";
import { earlyStopCheck } from "./early-stop/early-stop.ts";
import { acceptedOf, evaluateAgainst } from "./control/evaluate-against.ts";
import { type Grounds, judgeRun } from "./judged-run.ts";
import { maxErrorRateOf, tooManyErrors, unfinished } from "../evals/result/trial-errors.ts";

export interface EvaluateOptions extends RunOptions {
  /** Suite names or files; none = all. */
  suites: readonly string[];
  /** A stored run to finish instead. */
  resume?: string | undefined;
  /** Ref or run to compare with. */
  control?: string | undefined;
  /** End a candidate's run as soon as it is worse than its control beyond chance. */
  earlyStop?: boolean;
}

/** Runs suites one after the other and judges each by its own gate. */
export async function evaluate(context: EvalContext, options: EvaluateOptions): Promise<EvaluationFound> {
  const runs: RunFound[] = [];
  if (options.resume !== undefined) {
    const { suite } = specOf(await findRun(context.store, options.resume));
    runs.push(judged(context, suite, await resumeRun(context, options.resume, options)));
  } else {
    const suites = await suitesFor(context.project, options);
    for (const suite of suites) {
      runs.push((await evaluateSuite(context, suite, options)).run);
      if (runs.at(-1)?.status === "failed") break;
    }
    const left = suites.slice(runs.length).map(({ spec }) => spec.name);
    if (left.length > 0) context.warn(`not run after that failure: ${left.join(", ")}`);
  }
  return { schema: "agentops.eval/1", verdict: worst(runs.map((r) => r.verdict)), runs };
}

/** All of them, or where a target is named those that are about it: the others would ask it what it does not answer. */
async function suitesFor(project: Project, { suites, target, cwd }: EvaluateOptions): Promise<LoadedSuite[]> {
  const loaded = await loadSuites(project, suites, cwd);
  if (suites.length > 0 || target === undefined) return loaded;
  const { kind, name } = parseRef(target);
  const about = loaded.filter(({ spec }) => {
    const own = spec.target?.split("@")[0] ?? "";
    return kind === undefined ? own.endsWith(`/${name}`) || own === name : own === `${kind}/${name}` || own === name;
  });
  return about.length === 0 ? loaded : about;
}

/** Runs one suite, against a control where there is one, and judges it by its gate. */
export async function evaluateSuite(
  context: EvalContext,
  suite: LoadedSuite,
  { control, ...options }: Omit<EvaluateOptions, "suites" | "resume">,
): Promise<{ run: RunFound; compared: ComparedRuns | null }> {
  const { spec } = suite;
  if (control === undefined)
    return { run: judged(context, spec, await runSuite(context, suite, options)), compared: null };
  const { outcome, compared, earlyStop, accepted } = await evaluateAgainst(context, suite, control, options);
  const early = outcome.stopped?.kind === "decided" && earlyStop !== null ? earlyStopCheck(earlyStop) : undefined;
  const comparison = compared?.comparison ?? null;
  return { run: judged(context, spec, outcome, { comparison, earlyStop: early, accepted }), compared };
}

function judged(
  { project }: EvalContext,
  suite: Suite,
  { result, stopped }: RunOutcome,
  by: Partial<Pick<Grounds, "comparison" | "earlyStop" | "accepted">> = {},
): RunFound {
  const maxErrorRate = maxErrorRateOf(project);
  return judgeRun(result, { comparison: null, ...by, suite, stopped: stopped?.message ?? null, maxErrorRate });
}

/** A stored run as it stands, judged like one that just ended, against its control where it had one. */
export async function judgeStored(
  project: Project,
  store: RunStore,
  row: RunRow,
  result: RunResult,
): Promise<EvaluationFound> {
  const left = result.planned - result.scored - result.errors;
  const stopped =
    result.status === "complete" ? null : `the run is ${result.status}; ${left} of ${result.planned} trials are left`;
  const maxErrorRate = maxErrorRateOf(project);
  const spec = specOf(row);
  const { suite, control } = spec;
  const comparison =
    control === undefined ? null : compareRuns(store, await findRun(store, control), row, maxErrorRate).comparison;
  const run = judgeRun(result, {
    ...{ suite, stopped, maxErrorRate, comparison },
    accepted: acceptedOf(spec),
  });
  return { schema: "agentops.eval/1", verdict: run.verdict, runs: [run] };
}

type Ended = Pick<
  EvaluatedRun,
  | "id"
  | "suite"
  | "status"
  | "stopped"
  | "scored"
  | "errors"
  | "lastingErrors"
  | "judgeErrors"
  | "planned"
  | "firstError"
>;

/** What an evaluation or a gate ends with besides its document: the error that makes the exit code, if any. */
export function failureOf(runs: readonly Ended[], maxErrorRate: number): AgentopsError | undefined {
  for (const run of runs) {
    if (run.status === "failed") {
      const after = `stopped after ${run.scored + run.errors} of ${run.planned} trials`;
      return unfinished(run, `${run.suite}: ${run.stopped ?? "the run failed"}; ${after}`);
    }
    const lost = tooManyErrors(run, maxErrorRate);
    if (lost !== undefined) return lost;
  }
  return undefined;
}
