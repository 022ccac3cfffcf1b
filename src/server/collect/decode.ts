import { AgentopsError, messageOf } from "../../core/errors.ts";
import { parseExactJson } from "../../traces/wire/exact-json.ts";
import { readOtlpJson } from "../../traces/wire/otlp-json.ts";
import { readOtlpProtobuf } from "../../traces/wire/otlp-protobuf.ts";
import type { WireBatch } from "../../traces/wire/span.ts";
import type { Wire } from "./answer.ts";
import { Refusal } from "./refusal.ts";

/** The spans of a request. Throws a Refusal, 400, for bytes that are none: its client drops them. */
export function decode(bytes: Buffer, wire: Wire): WireBatch {
  return wire === "json" ? readOtlpJson(requestIn(bytes)) : ofProtobuf(bytes);
}

function requestIn(bytes: Buffer): object {
  const value = parsed(bytes);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new Refusal("unreadable", "the body is no ExportTraceServiceRequest: an object with resourceSpans");
}

function parsed(bytes: Buffer): unknown {
  try {
    return parseExactJson(bytes.toString());
  } catch (error) {
    // The parser quotes what it stumbled over: it is the client's own.
    throw new Refusal("unreadable", `the body is no JSON: ${messageOf(error)}`);
  }
}

function ofProtobuf(bytes: Buffer): WireBatch {
  try {
    return readOtlpProtobuf(bytes, "the body");
  } catch (error) {
    if (error instanceof AgentopsError) throw new Refusal("unreadable", error.message);
    throw error;
  }
}
