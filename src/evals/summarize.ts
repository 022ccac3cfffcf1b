import type { Store } from "../state/store.ts";
import { type RunResult, runResultSchema } from "./result.schema.ts";
import { type RunRow, specOf, talliedTrials } from "./runs.store.ts";
import { tally } from "./tally.ts";

/** The result of a run, derived from its stored trials alone: an interrupted and resumed run gives the same one. */
export function summarize(store: Store, run: RunRow): RunResult {
  const { suiteFile, scorers, outputsWithoutCase } = specOf(run);
  const { metrics, ...counts } = tally(talliedTrials(store, run), scorers);
  const cases = store.sqlite.prepare("SELECT cases FROM datasets WHERE digest = ?").pluck().get(run.dataset) as number;
  return runResultSchema.parse({
    id: run.id,
    suite: run.suite,
    suiteFile,
    status: run.status,
    target: { ref: run.targetRef, version: run.targetVersion, digest: run.targetDigest, model: run.model },
    dataset: run.dataset,
    cases,
    trials: run.trials,
    planned: cases * run.trials,
    ...counts,
    outputsWithoutCase,
    metrics,
  } satisfies RunResult);
}
