import { readRunColumns, type RunColumns } from "./pairs/run-columns.ts";
import { type RunRow, specOf, storedRun } from "../evals/run/runs.store.ts";
import type { RunStore } from "../state/runs.ts";
import { scorerChanges } from "./explained.ts";
import { judgeMetrics } from "./metrics/judged.ts";
import { measureMetrics } from "./metrics/measured.ts";
import { pairedMoments } from "./metrics/moments.ts";
import { FEW_CASES, fewClusters, needOf, smallestDrop } from "./metrics/need.ts";
import { notesOn } from "./notes.ts";
import { caseMeans, type CaseMeans, pairRuns, type Pairs } from "./pairs/pair.ts";
import { togetherInRuns } from "./together.ts";
import { withRemarks } from "./verdict.ts";
import type { ComparisonFound } from "./found.ts";
import type { ComparedSide } from "./schema.ts";
import { differences, estimates, majorityCounts } from "./metrics/tested.ts";
import { tolerancesOf } from "./tolerances.ts";
import { overallVerdict } from "./verdict.ts";

type Sides = Pick<ComparedRuns, "control" | "candidate" | "pairs">;

/** Two runs read and paired: what reports need beyond the comparison itself. */
export interface ComparedRuns {
  comparison: ComparisonFound;
  control: RunColumns;
  candidate: RunColumns;
  pairs: Pairs;
  success: CaseMeans;
}

/**
 * Compares two stored runs case by case, by the candidate's suite. Cases are paired by id, trials pooled per case, clusters
 * respected. Throws NO_CASES when they share no scored case.
 * @param maxErrorRate share of trials lost to errors above which a comparison decides nothing
 */
export function compareRuns(
  store: RunStore,
  controlRun: RunRow,
  candidateRun: RunRow,
  maxErrorRate: number,
): ComparedRuns {
  const sides = measuredSides(store, pairRuns(store, controlRun, candidateRun));
  const { control, candidate, pairs } = sides;
  const tolerances = tolerancesOf(specOf(candidateRun).suite);
  const success = caseMeans(pairs, control.success, candidate.success);
  const scorers = scorerChanges(store, sides, success);
  const metrics = withRemarks(
    judgeMetrics(
      measureMetrics({ ...sides, tolerances, scorers: scorers.map(({ name }) => name) }),
      tolerances.costBenefit,
    ),
    tolerances,
  );
  const lost = [control, candidate].some((arm) => arm.errors > maxErrorRate * arm.ids.length * arm.run.trials);
  const moments = pairedMoments(pairs, control, candidate);
  const grouped = lost ? null : fewClusters(moments);
  const few = !lost && grouped === null && moments.cases < FEW_CASES;
  const drop = few || grouped !== null ? smallestDrop(moments) : null;
  const together = togetherInRuns(controlRun, candidateRun);
  const comparison: ComparisonFound = {
    suite: candidateRun.suite,
    verdict: lost ? "inconclusive" : overallVerdict(metrics),
    control: sideOf(controlRun),
    candidate: sideOf(candidateRun),
    paired: pairedOf(sides, success),
    metrics,
    scorers,
    ...changedCases(pairs, success),
    need: lost ? null : needOf(moments, tolerances.successRate, isShown(metrics)),
    smallestDrop: drop,
    changedTogether: together.changedTogether,
    notes: [
      ...(lost ? [{ code: "too-many-errors", limit: maxErrorRate } as const] : []),
      ...(few ? [{ code: "few-cases", cases: moments.cases, drop, atBest: false } as const] : []),
      ...(grouped === null ? [] : [{ code: "few-clusters", ...grouped, drop } as const]),
      ...together.notes,
      ...notesOn(sides),
    ],
  };
  return { comparison, control, candidate, pairs, success };
}

function isShown([success]: ComparisonFound["metrics"]): boolean {
  return success?.verdict === "better" || success?.verdict === "worse";
}

/** A side that took its answers from the store has the latencies and costs of the run that asked for them, while that is there. */
function measuredSides(store: RunStore, { control, candidate, pairs }: Sides): Sides {
  return { control: measured(store, control), candidate: measured(store, candidate), pairs };
}

function measured(store: RunStore, arm: RunColumns): RunColumns {
  const { measuredBy } = specOf(arm.run);
  const run = measuredBy === undefined ? undefined : storedRun(store, measuredBy);
  if (run?.dataset !== arm.run.dataset) return arm;
  const { cost, freshCost, latency } = readRunColumns(store, run);
  return { ...arm, cost, freshCost, latency };
}

export function sideOf(run: RunRow): ComparedSide {
  return { ref: run.targetRef, run: run.id, version: run.targetVersion, digest: run.targetDigest, model: run.model };
}

function pairedOf({ pairs, control, candidate }: Sides, success: CaseMeans): ComparisonFound["paired"] {
  const means = estimates(success);
  return {
    cases: pairs.ids.length,
    clusters: pairs.clusters,
    trialsControl: control.run.trials,
    trialsCandidate: candidate.run.trials,
    ...majorityCounts(success),
    meanControl: means.control,
    meanCandidate: means.candidate,
    unmatched: pairs.unmatched,
    differing: pairs.differing,
    unscored: pairs.unscored,
    errorsControl: control.errors,
    errorsCandidate: candidate.errors,
  };
}

/** Ids of cases whose share of successes changed, the largest change first, then in the dataset's order. */
function changedCases(pairs: Pairs, success: CaseMeans): Pick<ComparisonFound, "regressions" | "improvements"> {
  const changes = differences(success);
  const ids = (kept: (change: number) => boolean) =>
    Array.from(changes.keys())
      .filter((i) => kept(changes[i] as number))
      .sort((a, b) => Math.abs(changes[b] as number) - Math.abs(changes[a] as number) || a - b)
      .map((i) => pairs.ids[success.at[i] as number] as string);
  return { regressions: ids((c) => c < 0), improvements: ids((c) => c > 0) };
}
