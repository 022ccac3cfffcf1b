import type { RunColumns } from "../pairs/run-columns.ts";
import { addCluster, effectiveSize, emptyClusters } from "../../stats/samples/clustered.ts";
import type { Interval } from "../../stats/proportions/proportion.ts";
import { quantile } from "../../stats/samples/quantile.ts";
import { quantileDifference } from "../../stats/samples/quantile-difference.ts";
import type { Remark } from "../found.ts";
import type { Pairs } from "../pairs/pair.ts";
import { agreeingInterval, type Tested } from "./tested.ts";

/** Latencies of the shared cases of one arm. */
export interface Latencies {
  sorted: Float64Array;
  /** In order of case, with each value's group. */
  values: Float64Array;
  groups: Int32Array;
}

/** Pairs that have a fresh latency on both sides. */
export function freshLatencies(control: RunColumns, candidate: RunColumns, pairs: Pairs): Set<number> {
  const measured = [control, candidate].map(
    ({ latency: { rows, fresh } }) => new Set(rows.filter((_, i) => fresh[i] === 1)),
  ) as [Set<number>, Set<number>];
  const both = (i: number) =>
    measured[0].has(pairs.control[i] as number) && measured[1].has(pairs.candidate[i] as number);
  return new Set(Array.from(pairs.ids.keys()).filter(both));
}

/** @param fresh only these pairs, and of them only what was measured in the run itself */
export function latenciesOf(arm: RunColumns, rows: Int32Array, pairs: Pairs, fresh?: ReadonlySet<number>): Latencies {
  const group = new Int32Array(arm.ids.length).fill(-1);
  for (const [i, row] of rows.entries()) {
    if (fresh === undefined || fresh.has(i)) group[row] = pairs.groups === null ? i : (pairs.groups[i] as number);
  }
  const kept: number[] = [];
  for (const [i, row] of arm.latency.rows.entries()) {
    if (group[row] !== -1 && (fresh === undefined || arm.latency.fresh[i] === 1)) kept.push(i);
  }
  const values = Float64Array.from(kept, (i) => arm.latency.values[i] as number);
  const groups = Int32Array.from(kept, (i) => group[arm.latency.rows[i] as number] as number);
  return { sorted: values.slice().sort(), values, groups };
}

/**
 * Tests a quantile of latency by the exact percentile bootstrap, each arm at its effective sample size: trials of one case
 * resemble each other, so n of them say less than n independent ones. The estimates are those that a run shows (type 7). The arms count as independent, which errs on the wide
 * side when slow cases are slow in both. Null without a latency on both sides.
 */
export function testQuantile(control: Latencies, candidate: Latencies, q: number): Tested | null {
  if (control.sorted.length === 0 || candidate.sorted.length === 0) return null;
  const sizes = { sizeControl: sizeFor(control, q), sizeCandidate: sizeFor(candidate, q) };
  const found = quantileDifference(control.sorted, candidate.sorted, q, sizes);
  const [before, after] = [quantile(control.sorted, q), quantile(candidate.sorted, q)];
  const { pValue } = found;
  const difference = after - before;
  const tested: Tested = {
    control: before,
    candidate: after,
    difference,
    ci95: null,
    ratio: null,
    pValue,
    test: "quantile-bootstrap",
    remarks: remarksOn(Math.min(sizes.sizeControl, sizes.sizeCandidate), q),
  };
  const ends = (interval: Interval, none: number) => agreeingInterval(bounded(interval, q, sizes), tested, none);
  const ratio =
    found.ratio === null || before === 0 ? null : { estimate: after / before, ci95: ends(found.ratio.interval, 1) };
  return { ...tested, ci95: ends(found.difference.interval, 0), ratio };
}

/**
 * An end is open where so few values may all lie on one side of the true quantile of an arm: the bootstrap, which cannot
 * leave the values it has, does not see that (specification §4: the upper bound of a p95 needs 72).
 */
function bounded(
  [low, high]: Interval,
  q: number,
  sizes: { sizeControl: number; sizeCandidate: number },
): Tested["ci95"] {
  const { sizeControl, sizeCandidate } = sizes;
  const above = (size: number) => q ** size >= 0.025;
  const below = (size: number) => (1 - q) ** size >= 0.025;
  return [
    above(sizeControl) || below(sizeCandidate) ? null : low,
    above(sizeCandidate) || below(sizeControl) ? null : high,
  ];
}

/** So few values may all lie on one side of the true quantile: no difference between them is beyond chance. */
function remarksOn(size: number, q: number): Remark[] {
  const least = Math.ceil(Math.log(0.025) / Math.log(Math.max(q, 1 - q)));
  return size < least ? [{ code: "few-latencies", quantile: q, worth: size, least }] : [];
}

/** Independent values that would say as much about the quantile: q(1−q)/SE² of the share at or below it. */
function sizeFor({ sorted, values, groups }: Latencies, q: number): number {
  const limit = sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] as number;
  const sums = emptyClusters();
  const byGroup = new Map<number, { n: number; below: number }>();
  for (const [i, value] of values.entries()) {
    const group = groups[i] as number;
    const found = byGroup.get(group) ?? { n: 0, below: 0 };
    byGroup.set(group, { n: found.n + 1, below: found.below + (value <= limit ? 1 : 0) });
  }
  for (const { n, below } of byGroup.values()) addCluster(sums, n, below);
  return Math.max(1, Math.round(effectiveSize(sums)));
}
