import type { IncomingMessage, ServerResponse } from "node:http";
import { messageOf } from "../../core/errors.ts";
import { isRefusal } from "../../state/errors.ts";
import { refusedBody, type Wire, writeAnswer } from "./answer.ts";
import { Gone } from "./body.ts";
import type { Collector } from "./collector.ts";
import { endOnceRead } from "./end-once-read.ts";
import { checkToken, wireOf } from "./headers.ts";
import { Refusal } from "./refusal.ts";
import { takeTraces } from "./take-traces.ts";

const OTHER_SIGNALS = ["/v1/logs", "/v1/metrics"];

/** Answers one request, whatever becomes of it; never rejects. */
export async function handle(request: IncomingMessage, response: ServerResponse, collector: Collector): Promise<void> {
  const wire = wireOf(request.headers);
  try {
    const body = await answered(request, wire, collector);
    if (collector.isStopping) response.setHeader("connection", "close");
    writeAnswer(response, 200, wire ?? "json", body);
    response.end();
  } catch (error) {
    if (error instanceof Gone || response.headersSent) {
      response.destroy();
      return;
    }
    refuse(request, response, { wire: wire ?? "json", refusal: refusalOf(error, collector), collector });
  }
}

async function answered(request: IncomingMessage, wire: Wire | null, collector: Collector) {
  if (collector.token !== null) checkToken(request.headers, collector.token);
  const path = request.url?.split("?", 1)[0] ?? "";
  if (path === "/healthz") return health(request, collector);
  if (OTHER_SIGNALS.includes(path)) throw new Refusal("unknownPath", "only traces are taken here: POST /v1/traces");
  if (path !== "/v1/traces") throw new Refusal("unknownPath", "nothing is here: POST /v1/traces");
  if (request.method !== "POST") throw new Refusal("wrongMethod", "POST /v1/traces", { allow: "POST" });
  if (wire !== null) return takeTraces(request, wire, collector);
  throw new Refusal("wrongType", "the content type is neither application/x-protobuf nor application/json");
}

function health({ method }: IncomingMessage, { waiting, held, counts, isStopping }: Collector): string {
  if (method !== "GET" && method !== "HEAD") throw new Refusal("wrongMethod", "GET /healthz", { allow: "GET, HEAD" });
  return JSON.stringify({ waiting, heldBytes: held.now, isStopping, ...counts });
}

function refusalOf(error: unknown, { onTrouble }: Collector): Refusal {
  if (error instanceof Refusal) return error;
  if (isRefusal(error)) return new Refusal("unreadable", `no store can take it: ${messageOf(error)}`);
  onTrouble(`a bug of ours: ${messageOf(error)}`);
  return new Refusal("broken", "a bug of ours; the spans were not stored");
}

interface Refused {
  wire: Wire;
  refusal: Refusal;
  collector: Collector;
}

function refuse(request: IncomingMessage, response: ServerResponse, { wire, refusal, collector }: Refused): void {
  collector.counts.refused += 1;
  const isRead = request.complete;
  const headers = { ...refusal.headers, ...((!isRead || collector.isStopping) && { connection: "close" }) };
  writeAnswer(response, refusal.http, wire, refusedBody(wire, refusal), headers);
  if (isRead) response.end();
  else endOnceRead(request, response, collector.limits.unpackedBytes);
}
