import { AgentopsError } from "../../core/errors.ts";
import { didYouMean } from "../../core/suggest.ts";
import type { RunStore } from "../../state/runs.ts";
import { findRun, type RunRow, specOf } from "../run/runs.store.ts";
import type { LoadedSuite } from "../dataset/suite.ts";
import { completeRunsOfSuite } from "./calibrations.store.ts";
import { type Judge, judgesOf } from "./judges.ts";

/** A stored run and the one of its scorers that is calibrated. */
export interface ChosenJudge {
  run: RunRow;
  judge: Judge;
}

/** Throws RUN_NOT_FOUND, and USAGE when the run is another suite's, asks no judge, or asks several and none was named. */
export async function chooseJudge(
  store: RunStore,
  suite: LoadedSuite,
  options: { run?: string | undefined; scorer?: string | undefined },
): Promise<ChosenJudge> {
  const { name } = suite.spec;
  const run = options.run === undefined ? latestJudged(store, name) : await findRun(store, options.run);
  if (run.suite !== name) throw new AgentopsError("USAGE", `run ${run.id} is of suite ${run.suite}, not ${name}`);
  return { run, judge: pick(judgesOf(specOf(run)), options.scorer, run) };
}

function latestJudged(store: RunStore, suite: string): RunRow {
  for (const run of completeRunsOfSuite(store, suite)) if (judgesOf(specOf(run)).length > 0) return run;
  throw new AgentopsError("RUN_NOT_FOUND", `no complete run of suite ${suite} with an llm-rubric scorer`, {
    hint: `agentops eval ${suite}   (a run keeps the judge's verdicts; people label its outputs)`,
  });
}

function pick(judges: readonly Judge[], scorer: string | undefined, run: RunRow): Judge {
  const names = judges.map((j) => j.scorer);
  const found = scorer === undefined ? judges : judges.filter((j) => j.scorer === scorer);
  const [only, another] = found;
  if (only !== undefined && another === undefined) return only;
  if (names.length === 0) throw new AgentopsError("USAGE", `run ${run.id} of ${run.suite} has no llm-rubric scorer`);
  if (scorer === undefined) {
    throw new AgentopsError("USAGE", `suite ${run.suite} asks ${names.length} judges: which one?`, {
      hint: `--scorer NAME, one of ${names.join(", ")}`,
    });
  }
  throw new AgentopsError("USAGE", `no llm-rubric scorer "${scorer}" in run ${run.id}`, {
    hint: didYouMean(scorer, names),
  });
}
