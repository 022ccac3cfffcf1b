import { quantile, quantileInterval } from "../../stats/samples/quantile.ts";
import type { RunMetrics } from "./schema.ts";

/** Latency quantiles with the distribution-free interval of p95; null without a latency. */
export function latencyMetric(values: readonly number[], simulated: boolean): RunMetrics["latencyMs"] {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return {
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    p95Ci95: quantileInterval(sorted, 0.95),
    recorded: sorted.length,
    simulated,
  };
}

/** Quantiles of the time to the first token; null when nothing was streamed. */
export function firstTokenMetric(values: readonly number[]): RunMetrics["ttftMs"] {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
}
