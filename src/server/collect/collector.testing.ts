import { request as ask, type IncomingHttpHeaders } from "node:http";
import { onTestFinished } from "vitest";
import { systemClock } from "../../core/clock.ts";
import type { Store } from "../../state/store.ts";
import { ENGINE } from "../../testing/engine.ts";
import { openTestStore, type TestStore } from "../../testing/store.ts";
import type { WireSpan } from "../../traces/wire/span.ts";
import { collect, type Listening } from "./collect.ts";
import { COLLECT_LIMITS, type CollectLimits } from "./limits.ts";

export interface TestCollector extends Listening {
  store: TestStore;
  troubles: string[];
  spans(): Promise<number>;
}

/** A server's connection alone takes longer than a file's. */
const IMPATIENT_MS = ENGINE === "sqlite" ? 100 : 1500;

interface Given {
  limits?: Partial<CollectLimits>;
  token?: string;
  store?: TestStore;
  /** Its store waits for nobody long. */
  isImpatient?: boolean;
  /** What receives, if not the store itself. */
  inTransaction?: Store["inTransaction"];
}

/** A collector on a port of its own, with a store of this test's engine, until the test ends. */
export async function newTestCollector(given: Given = {}): Promise<TestCollector> {
  const store = given.store ?? (await openTestStore(given.isImpatient === true ? { waitMs: IMPATIENT_MS } : {}));
  const troubles: string[] = [];
  const listening = await collect(
    { host: "127.0.0.1", port: 0 },
    {
      store: { ...store, ...(given.inTransaction && { inTransaction: given.inTransaction }) },
      clock: systemClock,
      keep: (span) => span,
      priceOf: () => null,
      targetOf: () => null,
      token: given.token ?? null,
      limits: { ...COLLECT_LIMITS, stopMs: 300, ...given.limits },
      onTrouble: (line) => troubles.push(line),
    },
  );
  let isStopped = false;
  const stop = async () => {
    if (!isStopped) await listening.stop();
    isStopped = true;
  };
  onTestFinished(stop);
  const spans = async () => Number((await store.value("SELECT SUM(spans) FROM traces")) ?? 0);
  return { ...listening, stop, store, troubles, spans };
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
}

export function post(url: string, body: Uint8Array | string, sent: Sent = {}): Promise<Answer> {
  return new Promise((done, failed) => {
    const headers = { "content-type": "application/json", ...sent.headers };
    const asked = ask(`${url}${sent.path ?? "/v1/traces"}`, { method: sent.method ?? "POST", headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () => done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) })); // prettier-ignore
    });
    asked.on("error", failed);
    asked.end(body);
  });
}

let made = 0;

/** Spans that nobody made before: one root, and the rest below it. */
export function newSpans(count: number, more: Partial<WireSpan> = {}): WireSpan[] {
  made += 1;
  const traceId = made.toString(16).padStart(32, "a");
  const id = (i: number) => (i + 1).toString(16).padStart(16, "0");
  return Array.from({ length: count }, (_, i) => ({
    traceId,
    spanId: id(i),
    parentSpanId: i === 0 ? null : id(0),
    name: `step ${i}`,
    kind: "internal",
    startNano: "1795233961521000000",
    endNano: "1795233961522000000",
    attributes: { "gen_ai.operation.name": i === 0 ? "invoke_agent" : "execute_tool", "x.n": i },
    events: [],
    links: [],
    status: { code: "unset" },
    resource: { "service.name": "support" },
    scope: { name: "test" },
    ...more,
  }));
}
