import { join } from "node:path";
import { newId } from "../core/ids.ts";
import { positionOf } from "../core/problems.ts";
import type { YamlFile } from "../core/yaml.ts";
import { isRunning, isTaken, thisProcess } from "../core/running.ts";
import { AgentopsError } from "../core/errors.ts";
import { type Answering, openAnswering } from "./run/answering.ts";
import { inputsOf } from "./inputs/inputs.ts";
import { askedModels, inputsSince, standingFiles, suiteAsUsed } from "./run/standing.ts";
import { recordedOutput, stageOutputs } from "./dataset/outputs.ts";
import { floatingWarnings } from "./run/floating.ts";
import { type PlanOptions, planRun } from "./run/plan.ts";
import { requestMaker } from "./run/request.ts";
import type { RunResult } from "./result/schema.ts";
import type { FactorialCell, RunSpec } from "./run/run-spec.ts";
import { isLost, requireStored } from "./run/lost.ts";
import { findRun, insertRun, type RunRow, specOf, updateRun } from "./run/runs.store.ts";
import { runTrials, type TrialsOutcome, type Watch } from "./run/run-trials.ts";
import { scorerProblem } from "../scorers/problem.ts";
import { prepareScorers } from "../scorers/prepare.ts";
import type { Scorer } from "../scorers/scorer.ts";
import type { Selection } from "./dataset/selection.ts";
import { openStage, type Stage } from "./dataset/stage.store.ts";
import { stageSuite } from "./dataset/stage-suite.ts";
import type { Progress } from "./run/stopping.ts";
import { dataFile, type LoadedSuite } from "./dataset/suite.ts";
import { summarize } from "./result/summarize.ts";
import type { EvalContext } from "./run/context.ts";

export interface RunOptions extends PlanOptions {
  selection: Selection;
  concurrency?: number | undefined;
  /** Ask the model even where the store has its answer. */
  noCache?: boolean;
  record?: boolean;
  live?: boolean;
  maxCostUsd?: number | undefined;
  watch?: Watch | undefined;
  /** The 2 × 2 it fills a cell of; kept with the run. */
  factorial?: FactorialCell;
  /** Called as trials end; cheap, and may be called often. */
  onProgress?: (run: { id: string; suite: string }, progress: Progress) => void;
}

export interface RunOutcome {
  result: RunResult;
  /** Set when the run ended before its trials did. */
  stopped: TrialsOutcome["stopped"];
}

/** Runs one suite and stores every trial. Interruption keeps what was done and throws the signal's reason. */
export async function runSuite(context: EvalContext, suite: LoadedSuite, options: RunOptions): Promise<RunOutcome> {
  const { store, project, clock } = context;
  const spec = await planRun(project, suite, options);
  for (const warning of [...(suite.warnings ?? []), ...floatingWarnings(project, spec)]) context.warn(warning);
  if (options.factorial !== undefined) spec.factorial = options.factorial;
  const stage = openStage(store);
  try {
    const request = requestMaker(spec.target);
    const check = spec.outputs === null ? (vars: Record<string, unknown>) => void request(vars) : () => undefined;
    const standing = await standingFiles(project, spec, options);
    const prepared = await prepare(context, spec, stage, options).catch((error: unknown) => {
      throw placed(error, suite.yaml);
    });
    spec.scorers = prepared.scorers.map(({ name, type, category, required, weight }) => ({
      name,
      type,
      category,
      required,
      weight,
    }));
    const staged = await stageSuite(stage, project, suite, spec.outputs, options.selection, check);
    for (const warning of staged.warnings) context.warn(warning);
    if (spec.trials === 0) spec.trials = Math.max(1, stage.mostOutputs());
    checkPassPower(suite, spec.trials);
    spec.outputsWithoutCase = staged.outputsWithoutCase;
    if (stage.count() < staged.cases) spec.partial = true;
    spec.casesLeftOut = staged.cases - stage.count();
    spec.outputsLeftOut = stage.outputsBeyond(spec.trials);
    const used = [suiteAsUsed(project, suite), ...staged.used, ...standing];
    spec.inputs = await inputsOf(project, used, askedModels(spec));
    const dataset = stage.save(clock.now().toISOString());
    const run = runRow(context, spec, dataset.digest);
    await insertRun(store, run);
    return await execute(context, run, { ...prepared, request, spec, options });
  } finally {
    stage.close();
  }
}

/** Does what is missing of a stored run: trials never done, and trials that ended in an outside failure. */
export async function resumeRun(context: EvalContext, name: string, options: RunOptions): Promise<RunOutcome> {
  const { store, project } = context;
  const run = await findRun(store, name);
  refuseRunning(run);
  const stored = specOf(run);
  const spec = { ...stored, ...(await inputsSince(project, stored, options)) };
  const stage = openStage(store);
  try {
    const prepared = await prepare(context, spec, stage, options);
    if (spec.outputs !== null)
      await stageOutputs(stage, dataFile(project, project.root, spec.outputs.file), spec.outputs.mapping);
    stage.seal();
    const resumed = { spec: specRun(spec), status: "running", pid: process.pid, finishedAt: null } as const;
    await updateRun(store, run.id, resumed);
    return await execute(context, run, { ...prepared, request: requestMaker(spec.target), spec, options });
  } finally {
    stage.close();
  }
}

/** A faulty scorer's error, at its line of the suite. */
function placed(error: unknown, yaml: YamlFile): unknown {
  const problem = scorerProblem(error, yaml);
  if (problem === undefined) return error;
  return new AgentopsError("SCORER_INVALID", `${positionOf(problem)}: ${problem.message}`, {
    hint: problem.hint,
    details: { problems: [problem] },
    cause: error,
  });
}

interface Prepared {
  answering: Answering;
  scorers: Scorer[];
}

async function prepare(context: EvalContext, spec: RunSpec, stage: Stage, options: RunOptions): Promise<Prepared> {
  const answering = await openAnswering(context, spec, {
    ...options,
    recorded: (caseId, trial) => {
      const record = stage.outputOf(caseId, trial);
      return record === undefined || spec.outputs === null ? undefined : recordedOutput(record, spec.outputs.mapping);
    },
  });
  const scorers = await prepareScorers(spec.suite.scorers, {
    baseDir: join(context.project.root, spec.baseDir),
    judge: (pin) => answering.judge(pin),
    env: context.project.env,
  });
  return { answering, scorers };
}

interface Execution extends Prepared {
  spec: RunSpec;
  request: ReturnType<typeof requestMaker>;
  options: RunOptions;
}

async function execute(context: EvalContext, run: RunRow, execution: Execution): Promise<RunOutcome> {
  const { store, project, clock } = context;
  const { spec, options } = execution;
  try {
    const outcome = await runTrials(context, run, execution);
    const status =
      outcome.stopped === undefined ? "complete" : outcome.stopped.kind === "failed" ? "failed" : "stopped";
    const result = await summarize(store, { ...run, status });
    await updateRun(store, run.id, {
      status,
      spec: JSON.stringify({ ...spec, ...(await inputsSince(project, spec, options)), process: undefined }),
      result: JSON.stringify(result),
      finishedAt: clock.now().toISOString(),
      pid: null,
    });
    requireStored(store, run.id);
    return { result, stopped: outcome.stopped };
  } catch (error) {
    await updateRun(store, run.id, { status: context.signal.aborted ? "interrupted" : "failed", pid: null }).catch(
      (failed: unknown) => {
        // What broke the store broke this as well; where it did not, the first is the one to tell.
        if (store.gone() === null) throw failed;
      },
    );
    if (!isLost(error)) requireStored(store, run.id);
    throw context.signal.aborted ? interrupted(context.signal, run) : error;
  } finally {
    await execution.answering.close();
  }
}

function interrupted(signal: AbortSignal, run: RunRow): AgentopsError {
  const reason = signal.reason instanceof AgentopsError ? signal.reason : undefined;
  return new AgentopsError(
    reason?.code ?? "INTERRUPTED",
    `${reason?.message ?? "interrupted"}; what was done is kept`,
    {
      hint: `agentops eval --resume ${run.id}`,
      details: { run: run.id },
    },
  );
}

function runRow(context: EvalContext, spec: RunSpec, dataset: string): RunRow {
  return {
    id: newId(),
    suite: spec.suite.name,
    suiteDigest: spec.suiteDigest,
    spec: specRun(spec),
    targetRef: spec.targetRef,
    targetVersion: spec.target?.version ?? null,
    targetDigest: spec.target?.digest ?? null,
    model: spec.model,
    dataset,
    trials: spec.trials,
    status: "running",
    result: null,
    actor: context.actor,
    pid: process.pid,
    createdAt: context.clock.now().toISOString(),
    finishedAt: null,
    home: "local",
  };
}

/** While it runs: with who runs it. */
function specRun(spec: RunSpec): string {
  return JSON.stringify({ ...spec, process: thisProcess() } satisfies RunSpec);
}

/** Throws FILE_INVALID for a bound on more trials of a case than there are. */
export function checkPassPower({ spec, file, yaml }: LoadedSuite, trials: number): void {
  const k = spec.gate?.passHatK?.k;
  if (k === undefined || k <= trials) return;
  const { line, column } = yaml.locate(["gate", "passHatK", "k"]);
  throw new AgentopsError(
    "FILE_INVALID",
    `${file}:${line}:${column}: pass^${k} needs at least ${k} trials a case, this run has ${trials}`,
    {
      hint: `trials: ${k}   or --trials ${k}`,
    },
  );
}

/** Two processes on one run would pay for each trial twice. */
function refuseRunning(run: RunRow): void {
  if (run.status !== "running" || run.pid === null || isGone(run, run.pid)) return;
  throw new AgentopsError("CONCURRENT_CHANGE", `run ${run.id} is being run by process ${run.pid}`, {
    hint: "wait for it, or stop it and resume",
  });
}

/** Where who ran it is told from others that had or have its number, by that; else by the number alone. */
function isGone(run: RunRow, pid: number): boolean {
  const { process: by } = specOf(run);
  const running = by === undefined ? null : isRunning(by);
  return running === null ? pid === process.pid || !isTaken(pid) : !running || pid === process.pid;
}
