import { resourceSpansIn } from "../wire/otlp-json.ts";
import { addResourceSpans } from "../wire/request.ts";
import type { WireBatch } from "../wire/span.ts";

/** What Grafana Tempo answers for a trace: `{batches}`, or `{trace: {resourceSpans}}` since its version 2 of that path; OTLP inside. */
export function readTempo(value: unknown): WireBatch {
  const batch: WireBatch = { spans: [], rejected: [] };
  addResourceSpans(tempoBatches(value), batch);
  return batch;
}

/** undefined of what is not Tempo's. */
export function tempoBatches(value: unknown): unknown {
  const { batches, trace } = (value ?? {}) as { batches?: unknown; trace?: unknown };
  if (Array.isArray(batches)) return batches;
  if (typeof trace !== "object" || trace === null) return undefined;
  return (trace as { batches?: unknown }).batches ?? resourceSpansIn(trace);
}
