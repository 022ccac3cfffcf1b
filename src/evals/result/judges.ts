import type { RunStore } from "../../state/runs.ts";
import type { ClusterTally } from "../../stats/samples/cluster-tally.ts";
import type { JudgeMetric, RunMetrics, RunResult } from "./schema.ts";
import type { RunSpec } from "../run/run-spec.ts";
import { latestCalibration } from "../calibration/calibrations.store.ts";
import { correctRate } from "../calibration/correction.ts";
import { judgesOf } from "../calibration/judges.ts";
import type { Calibration } from "../calibration/schema.ts";

/**
 * A run's scorers with what is known of their judges: the last calibration, and the pass rate corrected by it.
 * @param passes each scorer's passes, in the order of the suite's scorers
 */
export async function withJudges(
  store: RunStore,
  run: { id: string; spec: RunSpec },
  scorers: RunMetrics["scorers"],
  passes: readonly ClusterTally[],
): Promise<RunMetrics["scorers"]> {
  const judged = { ...scorers };
  for (const { index, scorer, key, model } of judgesOf(run.spec)) {
    const own = scorers[scorer];
    const mine = passes[index];
    if (own === undefined || mine === undefined) continue;
    const { db } = await store.shared();
    const found = await latestCalibration(db, key);
    judged[scorer] = { ...own, judge: { model, ...(found === undefined ? UNKNOWN : known(found, run.id, mine)) } };
  }
  return judged;
}

const UNKNOWN = { calibration: null, corrected: null };

function known(
  { at, result }: { at: string; result: Calibration },
  run: string,
  passes: ClusterTally,
): Omit<JudgeMetric, "model"> {
  const { id, verdict, refusal, labels, kappa } = result;
  return {
    calibration: {
      id: id ?? "",
      at,
      verdict: verdict === "usable" ? "usable" : "refused",
      refusal,
      labels: labels.n,
      kappa: kappa?.estimate ?? null,
    },
    corrected: correctedFor(result, run, passes),
  };
}

/** The labelled run itself is corrected by its labels; for any other the judge's error rates carry over. */
function correctedFor(
  { verdict, sensitivity, specificity, successRate, ...result }: Calibration,
  run: string,
  passes: ClusterTally,
): JudgeMetric["corrected"] {
  if (verdict !== "usable" || sensitivity === null || specificity === null) return null;
  if (result.run === run && successRate.corrected !== null) {
    const { estimate, ci95 } = successRate.corrected.ppi;
    return { estimate, ci95, method: "ppi" };
  }
  const rate = correctRate(passes, sensitivity, specificity);
  return rate === null ? null : { ...rate, method: "rogan-gladen" };
}

/** What a reader of a run must know of a judge. */
export type JudgeNote = { model: string; scorer: string } & (
  | { code: "judge-uncalibrated"; suite: string }
  | { code: "judge-refused"; refusal: NonNullable<Calibration["refusal"]>; labels: number }
);

export function judgeNotes({ suite, metrics }: Pick<RunResult, "suite" | "metrics">): JudgeNote[] {
  return Object.entries(metrics.scorers).flatMap(([scorer, { judge }]): JudgeNote[] => {
    if (judge === undefined) return [];
    const { model, calibration } = judge;
    if (calibration === null) return [{ code: "judge-uncalibrated", model, scorer, suite }];
    const { refusal, labels } = calibration;
    return refusal === null ? [] : [{ code: "judge-refused", model, scorer, refusal, labels }];
  });
}
