import type { RunColumns } from "../../comparison/pairs/run-columns.ts";
import type { Watch } from "../../evals/run/run-trials.ts";
import type { RunRow } from "../../evals/run/runs.store.ts";
import type { Trial } from "../../evals/run/trials.store.ts";
import type { CheckFound } from "../found.ts";
import { type Clustered, clustersOf } from "./case-clusters.ts";
import { regressionEvidence } from "./regression-evidence.ts";

/**
 * Level of the early stop. The final comparison calls a candidate that is no worse "worse" in at most 2.5 % of runs (its
 * two-sided 5 %); with this on top a gate that may stop early still blocks at most 5 % of them.
 */
const ALPHA = 0.025;
/** E-value that ends the run: Ville's inequality bounds the chance to ever reach it by ALPHA, whenever one looks. */
const EARLY_STOP_E = 1 / ALPHA;

type Watched = Pick<RunRow, "dataset" | "trials">;
type Seen = Pick<Trial, "caseSeq" | "passed">;
type Control = Pick<RunColumns, "ids" | "clusters" | "success"> & { run: Watched };

/** What the cases looked at so far say. */
export interface EarlyStop {
  watch: { order(run: Watched): ReturnType<Watch["order"]>; see(run: Watched, trial: Seen): ReturnType<Watch["see"]> };
  /** Cases that got worse and better so far, and the e-value against "no worse". */
  evidence(): { regressions: number; improvements: number; e: number };
}

/**
 * Watches a candidate's run case by case against its control and ends it when it is worse beyond chance. The run goes through the
 * cases in a random order, because a dataset sorted by topic says little about the rest by its beginning; they are looked at in
 * that order, never in that of answers, so that slow cases cannot bias it; and clusters as one. A run over other
 * cases, or with other trials a case, is not watched: its cases would not be equals of the control's.
 */
export function createEarlyStop(control: Control): EarlyStop {
  const { dataset, trials } = control.run;
  const clusters = clustersOf(control);
  const found = regressionEvidence(trials === 1 && clusters.largest === 1);
  const counts = { regressions: 0, improvements: 0 };
  const waiting = new Map<number, Tried>();
  const isEqual = (run: Watched) => run.dataset === dataset && run.trials === trials;
  let at = 0;
  const nextDone = () => {
    const tried = waiting.get(clusters.order[at] ?? -1);
    return tried?.done === trials ? tried : undefined;
  };
  const look = () => {
    for (let tried = nextDone(); tried !== undefined; tried = nextDone()) {
      const seq = clusters.order[at++] as number;
      waiting.delete(seq);
      const change = changeOf(control, seq, tried);
      if (change < 0) counts.regressions += 1;
      if (change > 0) counts.improvements += 1;
      const total = addTo(clusters, seq, change);
      if (total !== undefined) found.add(total / clusters.largest);
    }
  };
  const see = (run: Watched, trial: Seen) => {
    if (!isEqual(run)) return undefined;
    count(waiting, trial);
    const before = at;
    look();
    return at > before && found.e() >= EARLY_STOP_E ? message(counts) : undefined;
  };
  return {
    watch: { order: (run) => (isEqual(run) ? clusters.order : undefined), see },
    evidence: () => ({ ...counts, e: found.e() }),
  };
}

/** Trials of one case. */
interface Tried {
  done: number;
  scored: number;
  passed: number;
}

function count(waiting: Map<number, Tried>, trial: Seen): void {
  const found = waiting.get(trial.caseSeq) ?? { done: 0, scored: 0, passed: 0 };
  found.done += 1;
  if (trial.passed !== null) {
    found.scored += 1;
    found.passed += Number(trial.passed);
  }
  waiting.set(trial.caseSeq, found);
}

/** Candidate − control of one case; 0 where errors left the two with unequal numbers of trials. */
function changeOf({ success }: Control, seq: number, candidate: Tried): number {
  const n = success.n[seq] as number;
  if (n === 0 || candidate.scored !== n) return 0;
  return (candidate.passed - (success.total[seq] as number)) / n;
}

/** Adds a case's change to its cluster; the cluster's total once its last case was added. */
function addTo({ of, left, totals }: Clustered, seq: number, change: number): number | undefined {
  const cluster = of[seq] as number;
  totals[cluster] = (totals[cluster] as number) + change;
  left[cluster] = (left[cluster] as number) - 1;
  return left[cluster] === 0 ? totals[cluster] : undefined;
}

function message({ regressions, improvements }: { regressions: number; improvements: number }): string {
  return `stopped early: ${regressions} cases got worse and ${improvements} better than with the control, beyond chance`;
}

/** The check that failed when a run was ended early. */
export function earlyStopCheck({ regressions, improvements, e }: ReturnType<EarlyStop["evidence"]>): CheckFound {
  return {
    name: "earlyStop",
    threshold: EARLY_STOP_E,
    observed: e,
    ci95: null,
    policy: "interval",
    verdict: "fail",
    ground: { code: "early-stop", regressions, improvements },
  };
}
