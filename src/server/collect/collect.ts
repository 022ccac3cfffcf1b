import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AgentopsError, messageOf } from "../../core/errors.ts";
import { pause } from "../../core/pause.ts";
import { type CollectCounts, type CollectOptions, type Collector, newCollector } from "./collector.ts";
import { handle } from "./handle.ts";

export interface Listening {
  /** `http://127.0.0.1:4318`, with the port that was given where 0 was asked for. */
  url: string;
  counts: Readonly<CollectCounts>;
  /** Whole requests without an answer. */
  waiting(): number;
  /** Takes nothing new, answers what is here, and closes. */
  stop(): Promise<void>;
}

export interface ListenAt {
  host: string;
  port: number;
}

/** Takes traces over OTLP/HTTP until it is stopped; each is durable before its request has its answer. Throws USAGE where it cannot listen. */
export async function collect(at: ListenAt, options: CollectOptions): Promise<Listening> {
  const collector = newCollector(options);
  const server = serverOf(collector);
  await listen(server, at);
  // A client's socket that breaks is answered by node; what is thrown here later would end the process.
  server.on("error", (error) => {
    options.onTrouble(messageOf(error));
  });
  return {
    url: urlOf(server, at.host),
    counts: collector.counts,
    waiting: () => collector.waiting,
    stop: () => stop(server, collector),
  };
}

function serverOf(collector: Collector): Server {
  const { headersMs, requestMs, idleMs, connections } = collector.limits;
  const server = createServer(
    {
      headersTimeout: Math.min(headersMs, requestMs),
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(1000, headersMs),
      keepAliveTimeout: idleMs,
    },
    (request, response) => void handle(request, response, collector),
  );
  server.maxConnections = connections;
  return server;
}

function listen(server: Server, { host, port }: ListenAt): Promise<void> {
  return new Promise((done, failed) => {
    const refuse = (error: NodeJS.ErrnoException) => {
      failed(whyNotListening(error, { host, port }));
    };
    server.once("error", refuse);
    server.listen(port, host, () => {
      server.off("error", refuse);
      done();
    });
  });
}

const WHY_NOT: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  EADDRINUSE: ["another process listens there", "--port 4319, or stop the other; --port 0 takes any that is free"],
  EACCES: ["this user may not", "--port 4318: those below 1024 are for root"],
  EADDRNOTAVAIL: ["this machine has no such address", "--host 127.0.0.1"],
  ENOTFOUND: ["nobody knows that host", "--host 127.0.0.1"],
};

function whyNotListening(error: NodeJS.ErrnoException, { host, port }: ListenAt): AgentopsError {
  const [why, hint] = WHY_NOT[error.code ?? ""] ?? [messageOf(error), undefined];
  return new AgentopsError("USAGE", `cannot listen on port ${port} of ${host}: ${why}`, { hint, cause: error });
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** How often connections that have become idle are closed. */
const LOOK_MS = 20;

async function stop(server: Server, collector: Collector): Promise<void> {
  collector.isStopping = true;
  const closed = new Promise<"closed">((done) => {
    server.close(() => {
      done("closed");
    });
  });
  const until = collector.clock.monotonicMs() + collector.limits.stopMs;
  for (;;) {
    server.closeIdleConnections();
    if ((await Promise.race([closed, pause(LOOK_MS)])) === "closed") return;
    // Those that still send get no answer: they send again, to whoever comes next. What waits for its commit gets its own.
    if (collector.clock.monotonicMs() > until && collector.waiting === 0) server.closeAllConnections();
  }
}
