import type { RunColumns, Column } from "./pairs/run-columns.ts";
import { quantile } from "../stats/samples/quantile.ts";
import type { ComparedRuns } from "./compare.ts";
import { latenciesOf } from "./metrics/latencies.ts";

/** What a picture shows beyond the numbers: distributions and every case. */
export interface DiffDetails {
  /** Latencies at even steps of probability, ms; null where a side has none. */
  latency: { probabilities: number[]; control: number[]; candidate: number[] } | null;
  cases: CaseLine[];
  /** Shared cases beyond those listed. */
  casesLeftOut: number;
}

export interface CaseLine {
  id: string;
  change: "regression" | "improvement" | "none";
  control: CaseSide;
  candidate: CaseSide;
}

interface CaseSide {
  passed: number;
  trials: number;
  /** Mean over trials, USD; null when a price is unknown. */
  costUsd: number | null;
}

const STEPS = 200;

/** @param limit cases listed at most: those that changed come first */
export function detailsOf(compared: ComparedRuns, limit: number): DiffDetails {
  const { pairs, control, candidate } = compared;
  const before = latenciesOf(control, pairs.control, pairs).values;
  const after = latenciesOf(candidate, pairs.candidate, pairs).values;
  const probabilities = Array.from({ length: STEPS + 1 }, (_, i) => i / STEPS);
  const at = (sorted: ArrayLike<number>) => probabilities.map((p) => quantile(sorted, p));
  const cases = rowsOf(compared, limit);
  return {
    latency:
      before.length === 0 || after.length === 0 ? null : { probabilities, control: at(before), candidate: at(after) },
    cases,
    casesLeftOut: pairs.ids.length - cases.length,
  };
}

function rowsOf({ comparison, control, candidate, pairs }: ComparedRuns, limit: number): CaseLine[] {
  const { regressions, improvements } = comparison;
  const changed = new Set([...regressions, ...improvements]);
  const unchanged = pairs.ids.filter((id) => !changed.has(id));
  const row = (id: string, change: CaseLine["change"]): CaseLine => ({
    id,
    change,
    control: sideOf(control, id),
    candidate: sideOf(candidate, id),
  });
  return [
    ...regressions.map((id) => row(id, "regression")),
    ...improvements.map((id) => row(id, "improvement")),
    ...unchanged.map((id) => row(id, "none")),
  ].slice(0, limit);
}

function sideOf(arm: RunColumns, id: string): CaseSide {
  const row = arm.rows.get(id) as number;
  const mean = ({ n, total }: Column) =>
    (n[row] as number) === 0 ? null : (total[row] as number) / (n[row] as number);
  return { passed: arm.success.total[row] as number, trials: arm.success.n[row] as number, costUsd: mean(arm.cost) };
}
