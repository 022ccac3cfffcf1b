import type { RunColumns } from "../pairs/run-columns.ts";
import { AgentopsError } from "../../core/errors.ts";
import { clusteredError } from "../../stats/samples/clustered.ts";
import {
  addCase,
  components,
  emptyComponents,
  type VarianceComponents,
} from "../../stats/samples/variance-components.ts";
import { byGroup, groupSums } from "./groups.ts";
import { groupsOf, type Pairs } from "../pairs/pair.ts";

/** What stored runs say about a paired comparison of the same cases: what its size depends on. */
export interface PairedMoments {
  /** Shared cases that were scored on every side. */
  cases: number;
  /** Cases that one side lacks or never scored. */
  unpaired: number;
  /** Independent groups of them, each case that names no cluster one of its own; null where none names one. */
  clusters: number | null;
  /** Cases of each of them, ascending; empty where none names one. */
  clusterSizes: readonly number[];
  /** Shared cases whose share of successes differs between the sides. */
  changed: number;
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

/**
 * Sums up what two paired runs show. The discordance of independent trials is m_b(1 − m_c) + m_c(1 − m_b) per case, with one
 * trial a side simply whether they differ.
 */
export function pairedMoments(pairs: Pairs, control: RunColumns, candidate: RunColumns): PairedMoments {
  const sums = emptyComponents();
  const differences = new Float64Array(pairs.ids.length);
  let discordance = 0;
  let single = true;
  for (let i = 0; i < pairs.ids.length; i++) {
    const before = trialsOf(control, pairs.control[i] as number);
    const after = trialsOf(candidate, pairs.candidate[i] as number);
    addCase(sums, before, after);
    const [b, c] = [before.s / before.n, after.s / after.n];
    discordance += b * (1 - c) + c * (1 - b);
    single &&= before.n === 1 && after.n === 1;
    differences[i] = c - b;
  }
  return {
    cases: sums.cases,
    clusters: pairs.groups === null ? null : pairs.clusters,
    clusterSizes: sizesOf(pairs.groups),
    changed: differences.filter((d) => d !== 0).length,
    unpaired:
      pairs.unmatched.control.length +
      pairs.unmatched.candidate.length +
      pairs.differing.length +
      pairs.unscored.length,
    discordance: discordance / sums.cases,
    difference: sums.mean,
    single,
    components: components(sums),
    designEffect: designEffect(differences, pairs.groups, sums.squares),
  };
}

/**
 * What one run with repeated trials says: two trials of the same case differ with probability 2 K/(K − 1) m(1 − m), without bias.
 * That is the discordance of a candidate that changes nothing, the least there can be.
 * Throws NO_CASES when no case has two scored trials.
 */
export function repeatedMoments(arm: RunColumns): PairedMoments {
  let [unpaired, discordance] = [0, 0];
  const kept: number[] = [];
  for (let row = 0; row < arm.ids.length; row++) {
    const { n, s } = trialsOf(arm, row);
    if (n < 2) {
      unpaired += 1;
      continue;
    }
    const mean = s / n;
    kept.push(row);
    discordance += ((2 * n) / (n - 1)) * mean * (1 - mean);
  }
  if (kept.length === 0) {
    throw new AgentopsError(
      "NO_CASES",
      `run ${arm.run.id} has one trial of each case: alone it does not show how they vary`,
      { hint: "name two runs of the same cases with --from, or agentops eval --trials 2" },
    );
  }
  const { groups, clusters } = groupsOf(kept.map((row) => arm.clusters[row]));
  const alone = { difference: null, components: null, single: false, changed: 0 };
  const clusterSizes = sizesOf(groups);
  const grouped = groups === null ? { clusters: null, designEffect: 1 } : { clusters, designEffect: null };
  return { cases: kept.length, unpaired, discordance: discordance / kept.length, ...alone, ...grouped, clusterSizes };
}

function sizesOf(groups: Int32Array | null): number[] {
  if (groups === null) return [];
  const sizes = byGroup(new Float64Array(groups.length), groups).map(({ n }) => n);
  return sizes.sort((a, b) => a - b);
}

function trialsOf({ success }: RunColumns, row: number): { n: number; s: number } {
  return { n: success.n[row] as number, s: success.total[row] as number };
}

function designEffect(differences: Float64Array, groups: Int32Array | null, squares: number): number | null {
  if (groups === null) return 1;
  const sums = groupSums(byGroup(differences, groups));
  const error = clusteredError(sums);
  if (error === null) return null;
  const independent = squares / (sums.n - 1) / sums.n;
  return independent === 0 ? 1 : Math.max(1, (error * error) / independent);
}
