import type { Store } from "../../state/store.ts";
import type { ClusterTally } from "../cluster-tally.ts";
import type { JudgeMetric, RunMetrics, RunResult } from "../result.schema.ts";
import type { RunSpec } from "../run-spec.ts";
import { latestCalibration } from "./calibrations.store.ts";
import { correctRate } from "./correction.ts";
import { type Judge, judgesOf } from "./judges.ts";

/**
 * A run's scorers with what is known of their judges: the last calibration, and the pass rate corrected by it.
 * @param passes each scorer's passes, in the order of the suite's scorers
 */
export function withJudges(
  store: Store,
  spec: RunSpec,
  scorers: RunMetrics["scorers"],
  passes: readonly ClusterTally[],
): RunMetrics["scorers"] {
  const judged = { ...scorers };
  for (const judge of judgesOf(spec)) {
    const own = scorers[judge.scorer];
    const mine = passes[judge.index];
    if (own !== undefined && mine !== undefined) judged[judge.scorer] = { ...own, judge: known(store, judge, mine) };
  }
  return judged;
}

function known(store: Store, { key, model }: Judge, passes: ClusterTally): JudgeMetric {
  const found = latestCalibration(store, key);
  if (found === undefined) return { model, calibration: null, corrected: null };
  const { id, verdict, labels, kappa, sensitivity, specificity } = found.result;
  const usable = verdict === "usable" && sensitivity !== null && specificity !== null;
  return {
    model,
    calibration: {
      id: id ?? "",
      at: found.at,
      verdict: verdict === "usable" ? "usable" : "refused",
      labels: labels.n,
      kappa: kappa?.estimate ?? null,
    },
    corrected: usable ? correctRate(passes, sensitivity, specificity) : null,
  };
}

/** What a reader of a run must know of its judges. */
export function judgeNotes({ suite, metrics }: Pick<RunResult, "suite" | "metrics">): string[] {
  return Object.entries(metrics.scorers).flatMap(([name, { judge }]) => {
    if (judge === undefined) return [];
    const who = `judge ${judge.model} of scorer ${name}`;
    if (judge.calibration === null) {
      return [`${who} was never calibrated: agentops judge calibrate ${suite} --labels FILE`];
    }
    if (judge.calibration.verdict === "usable") return [];
    return [`${who} was no better than chance against ${judge.calibration.labels} labels: its pass rate says nothing`];
  });
}
