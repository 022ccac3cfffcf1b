import type { RunStore } from "../../state/runs.ts";
import { fallbackArms } from "./fallbacks.ts";
import { withJudges } from "./judges.ts";
import { type RunResult, runResultSchema } from "./schema.ts";
import { type RunRow, caseCount, specOf } from "../run/runs.store.ts";
import { talliedTrials } from "../run/tallied.store.ts";
import { tally } from "./tally.ts";

/**
 * The result of a run, derived from its stored trials and what is known of its judges: an interrupted and resumed run gives
 * the same one.
 */
export async function summarize(store: RunStore, run: RunRow): Promise<RunResult> {
  const spec = specOf(run);
  const { suiteFile, scorers, outputsWithoutCase } = spec;
  const { metrics, passes, ...counts } = tally(talliedTrials(store, run), scorers);
  const cases = caseCount(store, run.dataset);
  return runResultSchema.parse({
    id: run.id,
    suite: run.suite,
    suiteFile,
    status: run.status,
    target: { ref: run.targetRef, version: run.targetVersion, digest: run.targetDigest, model: run.model },
    dataset: run.dataset,
    cases,
    casesLeftOut: spec.casesLeftOut ?? 0,
    trials: run.trials,
    planned: cases * run.trials,
    ...counts,
    outputsWithoutCase,
    outputsLeftOut: spec.outputsLeftOut ?? 0,
    metrics: { ...metrics, scorers: await withJudges(store, { id: run.id, spec }, metrics.scorers, passes) },
    ...fallbackArms(store, run, scorers),
  } satisfies RunResult);
}
