import type { ServerResponse } from "node:http";
import { writeRpcStatus, writeTraceResponse } from "../../traces/wire/otlp-protobuf.ts";
import type { Refusal } from "./refusal.ts";

/** How a request is written, and so its answer. */
export type Wire = "json" | "protobuf";

const TYPES: Record<Wire, string> = { json: "application/json", protobuf: "application/x-protobuf" };

/** Kinds of reasons that an answer names; a client logs it as one line. */
const MOST_REASONS = 3;

/** An ExportTraceServiceResponse. @param rejected of each span that was left out, why */
export function acceptedBody(wire: Wire, rejected: readonly string[]): Uint8Array | string {
  const errorMessage = summedUp(rejected);
  if (wire === "protobuf") return writeTraceResponse(rejected.length, errorMessage);
  if (rejected.length === 0) return "{}";
  return JSON.stringify({ partialSuccess: { rejectedSpans: String(rejected.length), errorMessage } });
}

function summedUp(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const most = [...counts].sort((a, b) => b[1] - a[1]);
  const named = most.slice(0, MOST_REASONS).map(([reason, count]) => `${count} × ${reason}`);
  const others = most.length - named.length;
  return [...named, ...(others > 0 ? [`${others} other reasons`] : [])].join("; ");
}

export function refusedBody(wire: Wire, { rpc, message }: Refusal): Uint8Array | string {
  return wire === "protobuf" ? writeRpcStatus(rpc, message) : JSON.stringify({ code: rpc, message });
}

/** Writes all of an answer without ending the connection's turn: whoever calls does that, once the request is read. */
export function writeAnswer(
  response: ServerResponse,
  status: number,
  wire: Wire,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = Buffer.from(body as string);
  response.writeHead(status, { "content-type": TYPES[wire], "content-length": bytes.length, ...headers });
  if (bytes.length > 0) response.write(bytes);
}
