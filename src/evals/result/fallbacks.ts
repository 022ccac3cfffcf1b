import type { RunStore } from "../../state/runs.ts";
import { askedFallbacks, talliedFallbacks } from "../run/fallback-trials.store.ts";
import type { RunRow } from "../run/runs.store.ts";
import type { ScorerInfo } from "../run/run-spec.ts";
import type { FallbackArm, RunResult } from "./schema.ts";
import { tally } from "./tally.ts";

/** The fallback models that a run asked, each with figures of its own; nothing where it asked none. */
export function fallbackArms(
  store: RunStore,
  run: Pick<RunRow, "id" | "dataset">,
  scorers: readonly ScorerInfo[],
): Pick<RunResult, "fallbacks"> {
  const arms = askedFallbacks(store, run.id).map((model) => armOf(store, run, model, scorers));
  return arms.length === 0 ? {} : { fallbacks: arms };
}

function armOf(
  store: RunStore,
  run: Pick<RunRow, "id" | "dataset">,
  model: string,
  scorers: readonly ScorerInfo[],
): FallbackArm {
  const { scored, errors, succeeded, fromCache, firstError, answeredBy, metrics } = tally(
    talliedFallbacks(store, run, model),
    scorers,
  );
  const { successRate, safety, latencyMs, costUsd, costPart, judgeCostUsd, tokens } = metrics;
  return {
    ...{ model, asked: scored + errors, scored, errors, succeeded, fromCache, firstError, answeredBy },
    metrics: {
      ...{ successRate, safety, latencyMs, costUsd, judgeCostUsd, tokens },
      ...(costPart !== undefined && { costPart }),
    },
  };
}

/** Trials that are errors of a run's model and that some fallback model answered so that it could be scored. */
export function fellBackIn({ fallbacks = [] }: Pick<RunResult, "fallbacks">): number {
  return fallbacks.reduce((sum, { scored }) => sum + scored, 0);
}
