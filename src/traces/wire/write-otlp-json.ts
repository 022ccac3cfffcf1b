import type { WireSpan } from "./span.ts";
import { requestOf } from "./written-request.ts";

/** An ExportTraceServiceRequest in OTLP's JSON: ids in hex, enums as numbers, 64 bits as text. */
export function writeOtlpJson(spans: readonly WireSpan[]): object {
  return requestOf(spans, (hex) => hex);
}
