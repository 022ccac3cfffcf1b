import { Z95 } from "../stats/proportion.ts";
import { quantile, quantileInterval } from "../stats/quantile.ts";
import type { RunMetrics } from "./result.schema.ts";

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

/**
 * Normal 95 % interval of a mean over cases: m ± z √(s²/n). Null under two cases, where s is undefined.
 * Normal and not t: a gate on cost with so few cases that it matters is decided by its width either way.
 */
export function meanInterval(values: readonly number[]): [number, number] | null {
  const n = values.length;
  if (n < 2) return null;
  const mean = values.reduce((total, v) => total + v, 0) / n;
  const variance = values.reduce((total, v) => total + (v - mean) ** 2, 0) / (n - 1);
  const half = Z95 * Math.sqrt(variance / n);
  return [mean - half, mean + half];
}
