import { AgentopsError } from "../../core/errors.ts";
import { type RunRow, specOf } from "../../evals/run/runs.store.ts";
import type { RunStore } from "../../state/runs.ts";
import { groupsOf } from "../pairs/pair.ts";
import { type Column, readRunColumns, type RunColumns } from "../pairs/run-columns.ts";
import { tolerancesOf } from "../tolerances.ts";
import { casesNeeded, type CellMeans, effectsOf, isDecided } from "./effects.ts";
import type { Experiment, FactorialMetric } from "./schema.ts";

/** What was left unsaid of a 2 × 2, in codes. */
export type FactorialNote =
  | { code: "stand-in" }
  | { code: "not-fresh"; metric: FactorialMetric["name"]; simulated: boolean }
  | { code: "partly-fresh"; metric: FactorialMetric["name"]; cases: number; leftOut: number }
  | { code: "not-everywhere"; metric: FactorialMetric["name"]; cases: number; leftOut: number };

export type Measurement = Pick<Experiment, "cases" | "clusters" | "unscored" | "metrics" | "need" | "verdict"> & {
  notes: FactorialNote[];
};

type Four<T> = [T, T, T, T];

/**
 * Measures the four cells of a 2 × 2 over the cases that were scored in all of them; none is an error: NO_CASES.
 * @param runs of the same cases, in the order of {@link CellMeans}
 */
export function measureCells(store: RunStore, runs: readonly RunRow[]): Measurement {
  const arms = runs.map((run) => readRunColumns(store, run)) as Four<RunColumns>;
  const [first] = arms;
  const all = Array.from(first.ids.keys());
  const scored = all.filter((row) => arms.every((arm) => (arm.success.n[row] as number) > 0));
  if (scored.length === 0) {
    throw new AgentopsError("NO_CASES", "no case was scored in all four cells", {
      hint: `agentops runs show ${first.run.id}`,
    });
  }
  const tolerances = tolerancesOf(specOf(first.run).suite);
  const success = shares("successRate", arms, scored, (arm) => arm.success, tolerances.successRate);
  const safety = arms.every((arm) => arm.safety !== null)
    ? [shares("safety", arms, scored, (arm) => arm.safety as Column, tolerances.successRate)]
    : [];
  const latency = amounts("latencyMs.mean", "ms", arms, scored, {
    all: latencyColumn(arms, false),
    fresh: latencyColumn(arms, true),
  });
  const cost = amounts("costUsd.perTask", "usd", arms, scored, {
    all: arms.map((a) => a.cost),
    fresh: arms.map((a) => a.freshCost),
  });
  return {
    cases: scored.length,
    clusters: clustersOf(first, scored).clusters,
    unscored: all.length - scored.length,
    metrics: [success, ...safety, ...latency.metrics, ...cost.metrics],
    need: casesNeeded(success.effects, scored.length, tolerances.successRate),
    verdict: isDecided(success.effects) ? "decided" : "inconclusive",
    notes: [
      ...(arms.some(({ run }) => run.model.startsWith("offline/")) ? [{ code: "stand-in" } as const] : []),
      ...latency.notes,
      ...cost.notes,
    ],
  };
}

function shares(
  name: string,
  arms: Four<RunColumns>,
  rows: readonly number[],
  column: (arm: RunColumns) => Column,
  margin: number,
): FactorialMetric {
  const means = cellMeans(arms, arms.map(column), rows);
  return {
    name,
    unit: "proportion",
    higherIsBetter: true,
    margin,
    cases: rows.length,
    ...effectsOf(means, true, margin),
  };
}

/** Where no cell has such an amount there is nothing to say; where some lack it, or no case was answered afresh in all four, that is said. */
function amounts(
  name: string,
  unit: "ms" | "usd",
  arms: Four<RunColumns>,
  rows: readonly number[],
  { all, fresh }: { all: readonly Column[]; fresh: readonly Column[] },
): { metrics: FactorialMetric[]; notes: FactorialNote[] } {
  const having = (columns: readonly Column[]) => rows.filter((row) => columns.every(({ n }) => (n[row] as number) > 0));
  const known = having(all).length;
  if (known < rows.length) {
    const nowhere = all.every(({ n }) => rows.every((row) => n[row] === 0));
    const note = { code: "not-everywhere", metric: name, cases: known, leftOut: rows.length - known } as const;
    return { metrics: [], notes: nowhere ? [] : [note] };
  }
  const kept = having(fresh);
  const simulated = unit === "ms" && arms.some((arm) => arm.latency.simulated);
  if (kept.length === 0) return { metrics: [], notes: [{ code: "not-fresh", metric: name, simulated }] };
  const found = effectsOf(cellMeans(arms, fresh, kept), false, null);
  const leftOut = rows.length - kept.length;
  const notes: FactorialNote[] =
    leftOut === 0 ? [] : [{ code: "partly-fresh", metric: name, cases: kept.length, leftOut }];
  return { metrics: [{ name, unit, higherIsBetter: false, margin: null, cases: kept.length, ...found }], notes };
}

function cellMeans(arms: Four<RunColumns>, columns: readonly Column[], rows: readonly number[]): CellMeans {
  const cells = columns.map(({ n, total }) =>
    Float64Array.from(rows, (row) => (total[row] as number) / (n[row] as number)),
  ) as Four<Float64Array>;
  const single = columns.every(({ n }) => rows.every((row) => n[row] === 1));
  return { cells, groups: clustersOf(arms[0], rows).groups, single };
}

function clustersOf({ clusters }: RunColumns, rows: readonly number[]): ReturnType<typeof groupsOf> {
  return groupsOf(rows.map((row) => clusters[row]));
}

/** Latencies by case, as other amounts have them. */
function latencyColumn(arms: readonly RunColumns[], freshOnly: boolean): Column[] {
  return arms.map(({ latency, ids }) => {
    const column = { n: new Float64Array(ids.length), total: new Float64Array(ids.length) };
    for (const [i, row] of latency.rows.entries()) {
      if (freshOnly && latency.fresh[i] === 0) continue;
      column.n[row] = (column.n[row] as number) + 1;
      column.total[row] = (column.total[row] as number) + (latency.values[i] as number);
    }
    return column;
  });
}
