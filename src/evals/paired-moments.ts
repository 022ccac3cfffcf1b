import { AgentopsError } from "../core/errors.ts";
import { addCluster, clusteredError, emptyClusters } from "../stats/clustered.ts";
import {
  addCase,
  type CaseTrials,
  components,
  emptyComponents,
  type VarianceComponents,
} from "../stats/variance-components.ts";
import type { Store } from "../state/store.ts";
import { type RunRow, talliedTrials } from "./runs.store.ts";

/** What stored runs say about a paired comparison of the same cases: what its size depends on. */
export interface PairedMoments {
  /** Shared cases that were scored on every side. */
  cases: number;
  /** Cases that one side lacks or never scored. */
  unpaired: number;
  /** Share of cases on which one trial of either side would differ: 0–1. */
  discordance: number;
  /** Success rate of the candidate minus that of the control; null with one run, which has no candidate. */
  difference: number | null;
  /** Every case has one trial on each side. */
  single: boolean;
  /** Null with one run, which does not show how cases differ between versions. */
  components: VarianceComponents | null;
  /** Variance of the mean difference with clusters over that without; 1 without clusters, null where it is unknown. */
  designEffect: number | null;
}

interface Counted extends CaseTrials {
  id: string;
  cluster: string | null;
}

/**
 * Pairs the cases of two runs by id and sums up what they show; trials are read one by one. The discordance of independent
 * trials is m_b(1 − m_c) + m_c(1 − m_b) per case, with one trial a side simply whether they differ.
 * Throws NO_CASES when the runs share none.
 */
export function pairedMoments(store: Store, control: RunRow, candidate: RunRow): PairedMoments {
  const before = new Map<string, Counted>();
  for (const found of countedCases(store, control)) before.set(found.id, found);
  const sums = emptyComponents();
  const clusters = new Map<string, { n: number; total: number }>();
  let discordance = 0;
  let single = true;
  let alone = 0;
  for (const after of countedCases(store, candidate)) {
    const found = before.get(after.id);
    if (found === undefined) {
      alone += 1;
      continue;
    }
    addCase(sums, found, after);
    const [b, c] = [found.s / found.n, after.s / after.n];
    discordance += b * (1 - c) + c * (1 - b);
    single &&= found.n === 1 && after.n === 1;
    const cluster = found.cluster ?? after.cluster;
    const name = cluster === null ? `case ${after.id}` : `cluster ${cluster}`;
    const group = clusters.get(name) ?? { n: 0, total: 0 };
    clusters.set(name, { n: group.n + 1, total: group.total + c - b });
  }
  if (sums.cases === 0) throw noShared(control, candidate);
  return {
    cases: sums.cases,
    unpaired: alone + before.size - sums.cases,
    discordance: discordance / sums.cases,
    difference: sums.mean,
    single,
    components: components(sums),
    designEffect: designEffect([...clusters.values()], sums.squares),
  };
}

/**
 * What one run with repeated trials says: two trials of the same case differ with probability 2 K/(K − 1) m(1 − m), without bias.
 * That is the discordance of a candidate that changes nothing, the least there can be.
 * Throws NO_CASES when no case has two scored trials.
 */
export function repeatedMoments(store: Store, run: RunRow): PairedMoments {
  let [cases, unpaired, discordance] = [0, 0, 0];
  let clustered = false;
  for (const { n, s, cluster } of countedCases(store, run)) {
    clustered ||= cluster !== null;
    if (n < 2) {
      unpaired += 1;
      continue;
    }
    const mean = s / n;
    cases += 1;
    discordance += ((2 * n) / (n - 1)) * mean * (1 - mean);
  }
  if (cases === 0) {
    throw new AgentopsError(
      "NO_CASES",
      `run ${run.id} has one trial of each case: alone it does not show how they vary`,
      {
        hint: "name two runs of the same cases with --from, or agentops eval --trials 2",
      },
    );
  }
  const alone = { difference: null, components: null, single: false };
  return { cases, unpaired, discordance: discordance / cases, ...alone, designEffect: clustered ? null : 1 };
}

/** Cases with a scored trial, in order: how many, and how many of them succeeded. */
function* countedCases(store: Store, run: RunRow): Generator<Counted> {
  let current: (Counted & { seq: number }) | undefined;
  for (const trial of talliedTrials(store, run)) {
    if (trial.isError === 1) continue;
    if (current !== undefined && current.seq !== trial.caseSeq) {
      yield current;
      current = undefined;
    }
    current ??= { seq: trial.caseSeq, id: trial.caseId, cluster: trial.cluster, n: 0, s: 0 };
    current.n += 1;
    current.s += trial.passed ?? 0;
  }
  if (current !== undefined) yield current;
}

function designEffect(clusters: readonly { n: number; total: number }[], squares: number): number | null {
  const sums = emptyClusters();
  for (const { n, total } of clusters) addCluster(sums, n, total);
  if (sums.clusters === sums.n) return 1;
  const error = clusteredError(sums);
  if (error === null) return null;
  const independent = squares / (sums.n - 1) / sums.n;
  return independent === 0 ? 1 : Math.max(1, (error * error) / independent);
}

function noShared(control: RunRow, candidate: RunRow): AgentopsError {
  return new AgentopsError("NO_CASES", `runs ${control.id} and ${candidate.id} share no case that both scored`, {
    hint: "take two runs of the same suite: agentops runs",
  });
}
