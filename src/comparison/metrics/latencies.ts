import type { RunColumns } from "../pairs/run-columns.ts";
import { quantile } from "../../stats/samples/quantile.ts";
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
 * Tests a quantile of latency by swapping the sides of whole groups (quantile-swap.ts): trials of one case resemble each other, and
 * its latencies on both sides too. The estimates are those that a run shows (type 7). Null without a latency on both sides.
 * @param of what a group is
 */
export function testQuantile(control: Latencies, candidate: Latencies, q: number, of: GroupKind): Tested | null {
  if (control.values.length === 0 || candidate.values.length === 0) return null;
  const found = quantileSwap(control, candidate, q, ALPHA);
  const [before, after] = [quantile(control.values, q), quantile(candidate.values, q)];
  const tested: Tested = {
    control: before,
    candidate: after,
    difference: after - before,
    ci95: null,
    ratio: null,
    pValue: found.pValue,
    test: "quantile-swap",
    remarks: found.beyond < LEAST_DIFFERING ? [{ code: "few-latencies", quantile: q, of, groups: found.beyond }] : [],
  };
  const ends = (interval: Tested["ci95"], none: number, estimate: number) =>
    agreeingInterval(interval && around(interval, estimate), tested, none);
  const ratio = found.ratio && { estimate: after / before, ci95: ends(found.ratio, 1, after / before) };
  return { ...tested, ci95: ends(found.difference, 0, after - before), ratio };
}

/** The estimate, between two latencies that occurred, may lie outside what swaps of so few reach. */
function around([low, high]: NonNullable<Tested["ci95"]>, estimate: number): Tested["ci95"] {
  return [low === null ? null : Math.min(low, estimate), high === null ? null : Math.max(high, estimate)];
}
