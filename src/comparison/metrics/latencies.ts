import type { RunColumns } from "../pairs/run-columns.ts";
import type { Interval } from "../../stats/proportions/proportion.ts";
import { quantile } from "../../stats/samples/quantile.ts";
import { quantileDifference } from "../../stats/samples/quantile-difference.ts";
import { type ClusteredValues, quantileSwap } from "../../stats/samples/quantile-swap.ts";
import type { GroupKind } from "../found.ts";
import type { Pairs } from "../pairs/pair.ts";
import { agreeingInterval, ALPHA, LEAST_DIFFERING, type Tested } from "./tested.ts";

/** Latencies of the shared cases of one arm, ascending, with each one's group. */
export type Latencies = ClusteredValues;

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
  kept.sort((a, b) => (arm.latency.values[a] as number) - (arm.latency.values[b] as number));
  return {
    values: Float64Array.from(kept, (i) => arm.latency.values[i] as number),
    groups: Int32Array.from(kept, (i) => group[arm.latency.rows[i] as number] as number),
  };
}

/**
 * Tests a quantile of latency. One latency a case on each side, each case for itself: the exact percentile bootstrap, which finds more where
 * values are independent. Otherwise the sides of whole groups are swapped (quantile-swap.ts): trials of one case resemble each other,
 * and few clusters have levels of their own. The estimates are those that a run shows (type 7). Null without a latency on both sides.
 * @param of what a group is
 */
export function testQuantile(control: Latencies, candidate: Latencies, q: number, of: GroupKind): Tested | null {
  if (control.values.length === 0 || candidate.values.length === 0) return null;
  const isSingle = [control, candidate].every(({ groups }) => new Set(Array.from(groups)).size === groups.length);
  return isSingle ? byBootstrap(control, candidate, q) : bySwaps(control, candidate, q, of);
}

function estimates({ values: control }: Latencies, { values: candidate }: Latencies, q: number) {
  const [before, after] = [quantile(control, q), quantile(candidate, q)];
  return { control: before, candidate: after, difference: after - before, ci95: null, ratio: null };
}

function bySwaps(control: Latencies, candidate: Latencies, q: number, of: GroupKind): Tested {
  const found = quantileSwap(control, candidate, q, ALPHA);
  const tested: Tested = {
    ...estimates(control, candidate, q),
    pValue: found.pValue,
    test: "quantile-swap",
    remarks: found.beyond < LEAST_DIFFERING ? [{ code: "few-latencies", quantile: q, of, groups: found.beyond }] : [],
  };
  const [difference, estimate] = [tested.candidate - tested.control, tested.candidate / tested.control];
  const ends = (interval: Tested["ci95"], none: number, at: number) =>
    agreeingInterval(interval && around(interval, at), tested, none);
  const ratio = found.ratio && { estimate, ci95: ends(found.ratio, 1, estimate) };
  return { ...tested, ci95: ends(found.difference, 0, difference), ratio };
}

/** The estimate, between two latencies that occurred, may lie outside what swaps of so few reach. */
function around([low, high]: NonNullable<Tested["ci95"]>, estimate: number): Tested["ci95"] {
  return [low === null ? null : Math.min(low, estimate), high === null ? null : Math.max(high, estimate)];
}

function byBootstrap(control: Latencies, candidate: Latencies, q: number): Tested {
  const found = quantileDifference(control.values, candidate.values, q);
  const sizes = { control: control.values.length, candidate: candidate.values.length };
  const least = Math.ceil(Math.log(ALPHA / 2) / Math.log(Math.max(q, 1 - q)));
  const few = Math.min(sizes.control, sizes.candidate);
  const tested: Tested = {
    ...estimates(control, candidate, q),
    pValue: found.pValue,
    test: "quantile-bootstrap",
    remarks: few < least ? [{ code: "few-values", quantile: q, values: few, least }] : [],
  };
  const ends = (interval: Interval, none: number) => agreeingInterval(bounded(interval, q, sizes), tested, none);
  const ratio =
    found.ratio === null || tested.control === 0
      ? null
      : { estimate: tested.candidate / tested.control, ci95: ends(found.ratio.interval, 1) };
  return { ...tested, ci95: ends(found.difference.interval, 0), ratio };
}

/**
 * An end is open where so few values may all lie on one side of the true quantile of an arm: the bootstrap, which cannot
 * leave the values it has, does not see that (specification §4: the upper bound of a p95 needs 72).
 */
function bounded([low, high]: Interval, q: number, sizes: { control: number; candidate: number }): Tested["ci95"] {
  const above = (size: number) => q ** size >= ALPHA / 2;
  const below = (size: number) => (1 - q) ** size >= ALPHA / 2;
  return [
    above(sizes.control) || below(sizes.candidate) ? null : low,
    above(sizes.candidate) || below(sizes.control) ? null : high,
  ];
}
