import protobuf from "protobufjs/light.js";
import { AgentopsError, messageOf } from "../../core/errors.ts";
import { OTLP_DESCRIPTOR, type OtlpMessage } from "./otlp-descriptor.ts";
import { requestOf } from "./written-request.ts";
import { addResourceSpans } from "./request.ts";
import type { WireBatch, WireSpan } from "./span.ts";

const types = protobuf.Root.fromJSON(OTLP_DESCRIPTOR);

/** An ExportTraceServiceRequest. Throws FILE_INVALID, in the name of `file`, for bytes that are none: there is no telling where the next span begins. */
export function readOtlpProtobuf(bytes: Uint8Array, file = "the request"): WireBatch {
  const batch: WireBatch = { spans: [], rejected: [] };
  addResourceSpans(decoded(bytes, file), batch);
  return batch;
}

function decoded(bytes: Uint8Array, file: string): unknown {
  try {
    return (type("ExportTraceServiceRequest").decode(bytes) as { resourceSpans?: unknown }).resourceSpans;
  } catch (error) {
    throw new AgentopsError("FILE_INVALID", `${file}: not protobuf of OTLP: ${messageOf(error)}`, {
      hint: "an ExportTraceServiceRequest of opentelemetry-proto, whole and unpacked",
      cause: error,
    });
  }
}

/** Whether bytes may be the start of a request with something in it: a ResourceSpans that begins with one of its fields. */
export function isTraceRequest(start: Uint8Array): boolean {
  if (start[0] !== 0x0a) return false;
  const end = start.findIndex((byte, at) => at > 0 && byte < 0x80);
  return end > 0 && end <= 5 && [0x0a, 0x12, 0x1a].includes(start[end + 1] ?? 0);
}

/** The spans as an exporter would send them. */
export function writeOtlpProtobuf(spans: readonly WireSpan[]): Uint8Array {
  return encoded(
    "ExportTraceServiceRequest",
    requestOf(spans, (hex) => Buffer.from(hex, "hex")),
  );
}

/** The answer to a request; where spans were left out, how many and why. Nothing at all is the answer where none was. */
export function writeTraceResponse(rejectedSpans: number, errorMessage = ""): Uint8Array {
  if (rejectedSpans === 0 && errorMessage === "") return new Uint8Array();
  return encoded("ExportTraceServiceResponse", { partialSuccess: { rejectedSpans, errorMessage } });
}

/** google.rpc.Status, the body of a refusal; `code` of google.rpc.Code: 3 invalid argument, 8 exhausted, 14 unavailable. */
export function writeRpcStatus(code: number, message: string): Uint8Array {
  return encoded("Status", { code, message });
}

function encoded(name: OtlpMessage, value: Record<string, unknown>): Uint8Array {
  return type(name).encode(type(name).fromObject(value)).finish();
}

function type(name: OtlpMessage): protobuf.Type {
  return types.lookupType(name);
}
