import type { RunRow } from "../../evals/run/runs.store.ts";
import type { RunColumns } from "../pairs/run-columns.ts";

/** A run as a comparison reads it, of one trial a case that cost nothing, took no time and succeeded. */
export function plainArm(cases: number, clusters: readonly (string | null)[] = []): RunColumns {
  const none = () => ({ n: new Float64Array(cases), total: new Float64Array(cases) });
  const ids = Array.from({ length: cases }, (_, i) => `c${i}`);
  return {
    run: { trials: 1 } as RunRow,
    scorers: [],
    ids,
    errors: 0,
    clusters: ids.map((_, i) => clusters[i] ?? null),
    rows: new Map(ids.map((id, i) => [id, i])),
    success: { n: new Float64Array(cases).fill(1), total: new Float64Array(cases).fill(1) },
    safety: null,
    passes: [],
    scores: [],
    cost: none(),
    freshCost: none(),
    inputTokens: none(),
    outputTokens: none(),
    latency: { rows: new Int32Array(), values: new Float64Array(), fresh: new Uint8Array(), simulated: false },
  };
}

/** A latency a case, ms. */
export function timedArm(values: readonly number[], clusters: readonly (string | null)[] = []): RunColumns {
  const fresh = new Uint8Array(values.length).fill(1);
  const latency = { rows: Int32Array.from(values.keys()), values: Float64Array.from(values), fresh, simulated: false };
  return { ...plainArm(values.length, clusters), latency };
}

/** A cost in USD and a success, 0 or 1, a case. */
export function spentArm(cases: readonly (readonly [cost: number, success: number])[]): RunColumns {
  const column = (side: 0 | 1) => ({
    n: new Float64Array(cases.length).fill(1),
    total: Float64Array.from(cases, (one) => one[side]),
  });
  return { ...plainArm(cases.length), cost: column(0), freshCost: column(0), success: column(1) };
}
