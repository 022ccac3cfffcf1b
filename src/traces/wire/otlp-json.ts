import { addResourceSpans } from "./request.ts";
import type { WireBatch } from "./span.ts";

/**
 * An ExportTraceServiceRequest as JSON, or a list of them; ids in hex or base64, enums as numbers or names, 64 bits as text or number.
 * Parse its text with `parseExactJson`: times beyond 2^53 are written as numbers by some.
 */
export function readOtlpJson(value: unknown): WireBatch {
  const batch: WireBatch = { spans: [], rejected: [] };
  for (const request of Array.isArray(value) ? (value as unknown[]) : [value]) {
    if (typeof request !== "object" || request === null) batch.rejected.push("no ExportTraceServiceRequest");
    else addResourceSpans(resourceSpansIn(request), batch);
  }
  return batch;
}

export function resourceSpansIn(request: object): unknown {
  const { resourceSpans, resource_spans: snake } = request as Record<string, unknown>;
  return resourceSpans ?? snake;
}
