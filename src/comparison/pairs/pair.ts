import { AgentopsError } from "../../core/errors.ts";
import { type RunColumns, type Column, readRunColumns } from "./run-columns.ts";
import { differingCases, type RunRow } from "../../evals/run/runs.store.ts";
import type { RunStore } from "../../state/runs.ts";

/** The cases two runs share, by id; what they do not share is named, never dropped silently. */
export interface Pairs {
  /** Row of each shared case in the arms. */
  control: Int32Array;
  candidate: Int32Array;
  ids: string[];
  /** Group of each shared case; null when every case is a group of its own. */
  groups: Int32Array | null;
  /** Independent groups. */
  clusters: number;
  unmatched: { control: string[]; candidate: string[] };
  /** Ids both have, but with another input or expectation: not the same case. */
  differing: string[];
  /** Shared cases without a scored trial on one side. */
  unscored: string[];
}

/** Pairs cases by id, without those that `differ`. The control's clusters count where both name one. */
export function pairCases(control: RunColumns, candidate: RunColumns, differ: ReadonlySet<string> = new Set()): Pairs {
  const rows: { control: number[]; candidate: number[] } = { control: [], candidate: [] };
  const ids: string[] = [];
  const unmatched = { control: [] as string[], candidate: candidate.ids.filter((id) => !control.rows.has(id)) };
  const unscored: string[] = [];
  for (const [row, id] of control.ids.entries()) {
    const other = candidate.rows.get(id);
    if (other === undefined) unmatched.control.push(id);
    else if (differ.has(id)) continue;
    else if (control.success.n[row] === 0 || candidate.success.n[other] === 0) unscored.push(id);
    else {
      rows.control.push(row);
      rows.candidate.push(other);
      ids.push(id);
    }
  }
  const clusters = rows.control.map(
    (row, i) => control.clusters[row] ?? candidate.clusters[rows.candidate[i] as number],
  );
  return {
    control: Int32Array.from(rows.control),
    candidate: Int32Array.from(rows.candidate),
    ids,
    ...groupsOf(clusters),
    unmatched,
    differing: [...differ],
    unscored,
  };
}

/** Some of the pairs, by their place. */
export function onlyPairs({ control, candidate, groups, ...pairs }: Pairs, kept: readonly number[]): Pairs {
  const of = (rows: Int32Array) => Int32Array.from(kept, (i) => rows[i] as number);
  return {
    ...pairs,
    control: of(control),
    candidate: of(candidate),
    ids: kept.map((i) => pairs.ids[i] as string),
    groups: groups === null ? null : of(groups),
  };
}

/** Reads and pairs two runs; runs that share no scored case are an error: NO_CASES. */
export function pairRuns(
  store: RunStore,
  controlRun: RunRow,
  candidateRun: RunRow,
): { control: RunColumns; candidate: RunColumns; pairs: Pairs } {
  const [control, candidate] = [readRunColumns(store, controlRun), readRunColumns(store, candidateRun)];
  const pairs = pairCases(control, candidate, differingCases(store, controlRun.dataset, candidateRun.dataset));
  if (pairs.ids.length > 0) return { control, candidate, pairs };
  const why =
    pairs.unscored.length > 0
      ? `none of the ${pairs.unscored.length} cases they share was scored on both sides`
      : pairs.differing.length > 0
        ? "the cases they share by id differ in input or expectation"
        : "they share no case id";
  throw new AgentopsError("NO_CASES", `runs ${controlRun.id} and ${candidateRun.id} cannot be compared: ${why}`, {
    hint: "compare two runs of the same suite: agentops runs",
  });
}

/** Numbers the clusters; a case without one is a group of its own. */
export function groupsOf(clusters: readonly (string | null | undefined)[]): {
  groups: Int32Array | null;
  clusters: number;
} {
  if (clusters.every((c) => c == null)) return { groups: null, clusters: clusters.length };
  const known = new Map<string, number>();
  let next = 0;
  const groups = Int32Array.from(clusters, (name) => {
    if (name == null) return next++;
    const found = known.get(name) ?? next++;
    known.set(name, found);
    return found;
  });
  return { groups, clusters: next };
}

/** Per shared case that has the measure on both sides: its mean over trials in each arm. */
export interface CaseMeans {
  control: Float64Array;
  candidate: Float64Array;
  groups: Int32Array | null;
  /** Every case has one trial with the measure in each arm. */
  single: boolean;
  /** Index into the pairs. */
  at: Int32Array;
}

export function caseMeans(pairs: Pairs, control: Column, candidate: Column): CaseMeans {
  const kept: number[] = [];
  let single = true;
  for (let i = 0; i < pairs.ids.length; i++) {
    const before = control.n[pairs.control[i] as number] as number;
    const after = candidate.n[pairs.candidate[i] as number] as number;
    if (before === 0 || after === 0) continue;
    kept.push(i);
    single &&= before === 1 && after === 1;
  }
  const mean = (column: Column, rows: Int32Array) =>
    Float64Array.from(kept, (i) => {
      const row = rows[i] as number;
      return (column.total[row] as number) / (column.n[row] as number);
    });
  return {
    control: mean(control, pairs.control),
    candidate: mean(candidate, pairs.candidate),
    groups: pairs.groups === null ? null : Int32Array.from(kept, (i) => (pairs.groups as Int32Array)[i] as number),
    single,
    at: Int32Array.from(kept),
  };
}
