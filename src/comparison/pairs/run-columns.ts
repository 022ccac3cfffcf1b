import type { RunStore } from "../../state/runs.ts";
import type { ScoreRecord, ScorerInfo } from "../../evals/run/run-spec.ts";
import { type RunRow, caseCount, specOf } from "../../evals/run/runs.store.ts";
import { caseNames, trialsIn } from "./columns.store.ts";

/** One measure of a run: per case, how many trials have it and what they sum to. */
export interface Column {
  n: Float64Array;
  total: Float64Array;
}

/**
 * A run as a comparison reads it: a row per case, a column per measure, never the trials themselves, so that 100,000
 * cases fit in a few megabytes.
 */
export interface RunColumns {
  run: RunRow;
  scorers: ScorerInfo[];
  /** Case ids; a case's row is its number in the dataset. */
  ids: string[];
  clusters: (string | null)[];
  /** Row of a case id. */
  rows: Map<string, number>;
  /** Trials that ended in an error: they are in no column. */
  errors: number;
  /** Trials that were scored, and how many succeeded; `n` is 0 for a case with errors only. */
  success: Column;
  /** Trials in which every scorer of category safety passed; null without such scorers. */
  safety: Column | null;
  /** By scorer: passes, and scores. */
  passes: Column[];
  scores: Column[];
  /** USD with retries; a case with a trial of unknown price has n = 0. */
  cost: Column;
  /** The same of answers that were asked for in this run, not stored or recorded before. */
  freshCost: Column;
  inputTokens: Column;
  outputTokens: Column;
  /** Each latency with its case's row, in order of case; `fresh` where it was measured in this run. */
  latency: { rows: Int32Array; values: Float64Array; fresh: Uint8Array; simulated: boolean };
}

/** Reads a stored run into columns in one pass. */
export function readRunColumns(store: RunStore, run: RunRow): RunColumns {
  const arm = emptyArm(store, run);
  readCases(store, run, arm);
  const latencies = { rows: [] as number[], values: [] as number[], fresh: [] as number[] };
  const costUnknown = new Uint8Array(arm.ids.length);
  const scoresOf = scoreReader(arm.scorers);
  for (const trial of trialsIn(store, run.id, arm.ids.length)) {
    const [row, isError, passed, cost, retryCost, input, output, latency, simulated, stored, scores] = trial;
    if (isError === 1) {
      arm.errors += 1;
      continue;
    }
    add(arm.success, row, passed);
    if (cost === null) costUnknown[row] = 1;
    else add(arm.cost, row, cost + retryCost);
    if (cost !== null && stored === 0) add(arm.freshCost, row, cost + retryCost);
    add(arm.inputTokens, row, input);
    add(arm.outputTokens, row, output);
    addScores(arm, row, scoresOf(scores));
    if (latency === null) continue;
    latencies.rows.push(row);
    latencies.values.push(latency);
    latencies.fresh.push(stored === 0 && simulated === 0 ? 1 : 0);
    if (simulated === 1) arm.latency.simulated = true;
  }
  for (const [row, unknown] of costUnknown.entries()) if (unknown === 1) arm.cost.n[row] = arm.freshCost.n[row] = 0;
  arm.latency.rows = Int32Array.from(latencies.rows);
  arm.latency.values = Float64Array.from(latencies.values);
  arm.latency.fresh = Uint8Array.from(latencies.fresh);
  return arm;
}

function emptyArm(store: RunStore, run: RunRow): RunColumns {
  const { scorers } = specOf(run);
  const size = caseCount(store, run.dataset);
  const column = (): Column => ({ n: new Float64Array(size), total: new Float64Array(size) });
  return {
    run,
    scorers,
    ids: [],
    clusters: [],
    rows: new Map(),
    errors: 0,
    success: column(),
    safety: scorers.some((s) => s.category === "safety") ? column() : null,
    passes: scorers.map(column),
    scores: scorers.map(column),
    cost: column(),
    freshCost: column(),
    inputTokens: column(),
    outputTokens: column(),
    latency: { rows: new Int32Array(), values: new Float64Array(), fresh: new Uint8Array(), simulated: false },
  };
}

function readCases(store: RunStore, run: RunRow, arm: RunColumns): void {
  for (const [id, cluster] of caseNames(store, run.dataset)) {
    arm.rows.set(id, arm.ids.length);
    arm.ids.push(id);
    arm.clusters.push(cluster);
  }
}

/** What a comparison takes from a trial's scores. */
interface Scored {
  passes: Uint8Array;
  scores: Float64Array;
  /** 1 when every scorer of category safety passed. */
  safe: number;
}

/** Reads stored scores; the last few thousand texts are remembered, for many trials are scored alike. */
function scoreReader(scorers: readonly ScorerInfo[]): (text: string | null) => Scored {
  const known = new Map<string, Scored>();
  return (text) => {
    const found = known.get(text ?? "");
    if (found !== undefined) return found;
    const records = text === null ? [] : (JSON.parse(text) as ScoreRecord[]);
    const scored = {
      passes: Uint8Array.from(records, (r) => (r.pass ? 1 : 0)),
      scores: Float64Array.from(records, (r) => r.score),
      safe: records.some((r, i) => !r.pass && scorers[i]?.category === "safety") ? 0 : 1,
    };
    if (known.size === 5000) known.clear();
    known.set(text ?? "", scored);
    return scored;
  };
}

function addScores(arm: RunColumns, row: number, { passes, scores, safe }: Scored): void {
  for (let i = 0; i < passes.length; i++) {
    const [passed, graded] = [arm.passes[i], arm.scores[i]];
    if (passed === undefined || graded === undefined) continue;
    add(passed, row, passes[i] as number);
    add(graded, row, scores[i] as number);
  }
  if (arm.safety !== null) add(arm.safety, row, safe);
}

/** Adds one trial's value to its case; an absent value adds nothing. */
function add({ n, total }: Column, row: number, value: number | null): void {
  if (value === null) return;
  n[row] = (n[row] as number) + 1;
  total[row] = (total[row] as number) + value;
}
