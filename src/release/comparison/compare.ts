import { type Arm, readArm } from "../../evals/arm.ts";
import { type RunRow, specOf } from "../../evals/runs.store.ts";
import type { Store } from "../../state/store.ts";
import { judgeMetrics } from "./judged.ts";
import { measureMetrics } from "./measured.ts";
import { pairedMoments } from "./moments.ts";
import { needOf } from "./need.ts";
import { caseMeans, type CaseMeans, pairArms, type Pairs } from "./pair.ts";
import { withRemarks } from "./remarks.ts";
import type { ComparedSide, Comparison } from "./schema.ts";
import { differences, estimates, majorityCounts } from "./tested.ts";
import { tolerancesOf } from "./tolerances.ts";
import { overallVerdict } from "./verdict.ts";

/** Two runs read and paired: what reports need beyond the comparison itself. */
export interface ComparedRuns {
  comparison: Comparison;
  control: Arm;
  candidate: Arm;
  pairs: Pairs;
  success: CaseMeans;
}

/**
 * Compares two stored runs case by case, by the candidate's suite. Cases are paired by id, trials pooled per case, clusters
 * respected. Throws NO_CASES when they share no scored case.
 */
export function compareRuns(store: Store, controlRun: RunRow, candidateRun: RunRow): ComparedRuns {
  const control = readArm(store, controlRun);
  const candidate = readArm(store, candidateRun);
  const pairs = pairArms(control, candidate);
  const { suite } = specOf(candidateRun);
  const tolerances = tolerancesOf(suite);
  const success = caseMeans(pairs, control.success, candidate.success);
  const metrics = withRemarks(judgeMetrics(measureMetrics({ pairs, control, candidate, tolerances })), tolerances);
  const comparison: Comparison = {
    suite: candidateRun.suite,
    verdict: overallVerdict(metrics),
    control: sideOf(controlRun),
    candidate: sideOf(candidateRun),
    paired: pairedOf(pairs, success, controlRun, candidateRun),
    metrics,
    ...changedCases(pairs, success),
    need: needOf(pairedMoments(pairs, control, candidate), tolerances.minEffect ?? tolerances.successRate),
    notes: notesOn(control, candidate, pairs),
  };
  return { comparison, control, candidate, pairs, success };
}

export function sideOf(run: RunRow): ComparedSide {
  return { ref: run.targetRef, run: run.id, version: run.targetVersion, digest: run.targetDigest, model: run.model };
}

function pairedOf(pairs: Pairs, success: CaseMeans, control: RunRow, candidate: RunRow): Comparison["paired"] {
  const means = estimates(success);
  return {
    cases: pairs.ids.length,
    clusters: pairs.clusters,
    trialsControl: control.trials,
    trialsCandidate: candidate.trials,
    ...majorityCounts(success),
    meanControl: means.control,
    meanCandidate: means.candidate,
    unmatched: pairs.unmatched,
    unscored: pairs.unscored,
  };
}

/** Ids of cases whose share of successes changed, the largest change first, then in the dataset's order. */
function changedCases(pairs: Pairs, success: CaseMeans): Pick<Comparison, "regressions" | "improvements"> {
  const changes = differences(success);
  const ids = (kept: (change: number) => boolean) =>
    Array.from(changes.keys())
      .filter((i) => kept(changes[i] as number))
      .sort((a, b) => Math.abs(changes[b] as number) - Math.abs(changes[a] as number) || a - b)
      .map((i) => pairs.ids[success.at[i] as number] as string);
  return { regressions: ids((c) => c < 0), improvements: ids((c) => c > 0) };
}

function notesOn(control: Arm, candidate: Arm, pairs: Pairs): string[] {
  const [before, after] = [control.run, candidate.run];
  const { unmatched, unscored } = pairs;
  const notes: [boolean, string][] = [
    [before.status !== "complete", `the control's run is ${before.status}: not all of its trials are there`],
    [after.status !== "complete", `the candidate's run is ${after.status}: not all of its trials are there`],
    [unmatched.control.length > 0, `${unmatched.control.length} cases only in the control's run were left out`],
    [unmatched.candidate.length > 0, `${unmatched.candidate.length} cases only in the candidate's run were left out`],
    [unscored.length > 0, `${unscored.length} cases without a scored trial on one side were left out`],
    [before.suite !== after.suite, `the runs are of different suites: ${before.suite} and ${after.suite}`],
    [
      before.suite === after.suite && before.suiteDigest !== after.suiteDigest,
      "the suite changed between the runs: scorers or cases may not be the same",
    ],
    [
      before.dataset !== after.dataset && unmatched.control.length + unmatched.candidate.length === 0,
      "cases with the same id differ between the runs' datasets",
    ],
    [control.latency.simulated || candidate.latency.simulated, "latency is simulated on a virtual clock"],
    [
      before.model.startsWith("offline/") || after.model.startsWith("offline/"),
      "answered by the offline stand-in, which is not a model: its scores say nothing about one",
    ],
  ];
  return notes.filter(([holds]) => holds).map(([, note]) => note);
}
