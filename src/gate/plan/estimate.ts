import { resultOf } from "../../evals/result/stored.ts";
import type { RunRow } from "../../evals/run/runs.store.ts";
import type { PlannedSide } from "./plan.schema.ts";

/** How often models are asked. */
type Asked = Pick<PlannedSide, "calls" | "judgeCalls" | "remote"> & {
  /** Trials that judges are asked about. */
  judged: number;
};

/** What a run's trials cost on the mean, as another of the same suite is expected to; null without a run that tells it. */
export function basisOf(run: RunRow | undefined): PlannedSide["basis"] {
  const result = run === undefined ? null : resultOf(run);
  if (run === undefined || result === null || result.scored === 0) return null;
  const { costUsd, judgeCostUsd } = result.metrics;
  return {
    run: run.id,
    at: run.createdAt,
    perCallUsd: costUsd?.perTask ?? null,
    perJudgementUsd: judgeCostUsd === null ? null : judgeCostUsd / result.scored,
  };
}

/** USD; what is not asked costs nothing, and what nobody knows the price of is unknown. */
export function costOf({ calls, judgeCalls, judged, remote }: Asked, basis: PlannedSide["basis"]): number | null {
  const model = calls === 0 || !remote ? 0 : times(basis?.perCallUsd, calls);
  const judges = judgeCalls === 0 ? 0 : times(basis?.perJudgementUsd, judged);
  return model === null || judges === null ? null : model + judges;
}

/** Where a cap on each run ends this one; a run of the stand-in has none. */
export function capOf(maxCostUsd: number | undefined, asked: Asked, costUsd: number | null): PlannedSide["maxCost"] {
  const { calls, remote } = asked;
  if (maxCostUsd === undefined || calls === 0 || !remote) return null;
  if (costUsd === null) return { stops: null, afterCalls: null };
  if (costUsd <= maxCostUsd) return { stops: false, afterCalls: null };
  return { stops: true, afterCalls: Math.round((maxCostUsd / costUsd) * calls) };
}

function times(usd: number | null | undefined, n: number): number | null {
  return usd === null || usd === undefined ? null : usd * n;
}
