import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../core/clock.ts";
import type { ModelProvider } from "../core/config.schema.ts";
import { AgentopsError } from "../core/errors.ts";
import type { Project } from "../core/project.ts";
import { redactor } from "../core/redact.ts";
import type { ModelResult } from "./client/client.ts";
import { createModelClient, type ModelClientOptions } from "./create.ts";
import { ModelError } from "./client/model-error.ts";

const KEY = "sk-test-0123456789abcdefghij";
const GOOD = {
  id: "1",
  model: "gpt-4o-2024-08-06",
  choices: [{ index: 0, message: { role: "assistant", content: "billing" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1000, completion_tokens: 100 },
};
const REQUEST = { messages: [{ role: "user" as const, content: "hello" }], parameters: {} };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

type Handler = (response: ServerResponse, n: number, request: IncomingMessage) => void;

/** A real server whose n-th request (1-based) is answered by the handler; gives its origin and the arrival times. */
async function serve(handler: Handler): Promise<{ origin: string; times: number[] }> {
  const times: number[] = [];
  server = createServer((request, response) => {
    request.resume().on("end", () => {
      times.push(performance.now());
      handler(response, times.length, request);
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server?.once("listening", resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, times };
}

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

interface Outcome {
  result?: ModelResult;
  error?: ModelError;
  warnings: string[];
  ms: number;
}

async function ask(
  provider: ModelProvider,
  options: Partial<ModelClientOptions> & { signal?: AbortSignal; model?: string } = {},
): Promise<Outcome> {
  const warnings: string[] = [];
  const config = { project: "p", models: { it: provider } };
  const project: Project = {
    root: `/${Math.random()}`,
    configFile: "",
    config,
    environment: "x",
    env: { TEST_KEY: KEY },
    redact: redactor([KEY]),
  };
  const client = await createModelClient(project, `it/${options.model ?? "gpt-4o-2024-08-06"}`, {
    clock: systemClock,
    random: () => 0.01,
    warn: (m) => warnings.push(m),
    ...options,
  });
  const start = performance.now();
  const signal = options.signal ?? new AbortController().signal;
  try {
    const result = await client.generate(REQUEST, { caseId: "c1", trial: 0, signal });
    return { result, warnings, ms: performance.now() - start };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { error, warnings, ms: performance.now() - start };
  } finally {
    await client.close();
  }
}

const openai = (origin: string, more: object = {}): ModelProvider => ({
  kind: "openai",
  baseUrl: `${origin}/v1`,
  apiKeyEnv: "TEST_KEY",
  ...more,
});

describe("answers that are errors", () => {
  const rows: [string, Handler, { kind: string; requests: number; says?: string }][] = [
    [
      "401 is an auth error, tried once",
      (r) => json(r, 401, { error: { message: `Incorrect API key provided: ${KEY}. Also sk-te****ghij` } }),
      { kind: "auth", requests: 1, says: "Incorrect API key" },
    ],
    ["403 is an auth error", (r) => json(r, 403, { error: { message: "no" } }), { kind: "auth", requests: 1 }],
    [
      "404 is not-found, tried once",
      (r) => json(r, 404, { error: { message: "The model does not exist" } }),
      { kind: "not-found", requests: 1, says: "does not exist" },
    ],
    [
      "422 is a bad request",
      (r) => json(r, 422, { detail: "nope" }),
      { kind: "bad-request", requests: 1, says: "nope" },
    ],
    [
      "a spend limit is never retried",
      (r) => json(r, 429, { error: { message: "quota", type: "insufficient_quota", code: "insufficient_quota" } }),
      { kind: "spend", requests: 1 },
    ],
    [
      "a spend limit with Retry-After is never retried either",
      (r) => json(r, 429, { error: { message: "m", code: "project_spend_limit_exceeded" } }, { "retry-after": "1" }),
      { kind: "spend", requests: 1 },
    ],
    ["402 is about money", (r) => json(r, 402, { error: { message: "pay" } }), { kind: "spend", requests: 1 }],
    [
      "500 is retried as often as allowed",
      (r) => json(r, 500, { error: { message: "oops" } }),
      { kind: "server", requests: 3, says: "(3 attempts)" },
    ],
    ["529 is retried", (r) => json(r, 529, {}), { kind: "server", requests: 3 }],
    [
      "429 is retried, then a rate limit",
      (r) => json(r, 429, { error: { message: "slow down" } }),
      { kind: "rate-limit", requests: 3 },
    ],
    [
      "x-should-retry: false is obeyed",
      (r) => json(r, 500, { error: { message: "oops" } }, { "x-should-retry": "false" }),
      { kind: "server", requests: 1 },
    ],
    [
      "a wait of an hour is refused",
      (r) => json(r, 429, { error: { message: "m" } }, { "retry-after": "3600" }),
      { kind: "rate-limit", requests: 1, says: "3600 s" },
    ],
    [
      "HTML under status 200 is no answer",
      (r) => r.writeHead(200, { "content-type": "text/html" }).end("<html>login</html>"),
      { kind: "bad-response", requests: 1, says: "<html>login" },
    ],
    [
      "broken JSON is no answer",
      (r) => r.writeHead(200, { "content-type": "application/json" }).end('{"choices":['),
      { kind: "bad-response", requests: 1 },
    ],
    ["{} is no answer", (r) => json(r, 200, {}), { kind: "bad-response", requests: 1 }],
    ["null is no answer", (r) => json(r, 200, null), { kind: "bad-response", requests: 1 }],
    ["no choices is no answer", (r) => json(r, 200, { ...GOOD, choices: [] }), { kind: "bad-response", requests: 1 }],
    [
      "an empty text after a failure is no answer",
      (r) => json(r, 200, { ...GOOD, choices: [{ index: 0, message: { content: "" }, finish_reason: "error" }] }),
      { kind: "bad-response", requests: 1, says: "nothing" },
    ],
    [
      "a call of tools that nobody can read is no answer",
      (r) =>
        json(r, 200, { ...GOOD, choices: [{ index: 0, message: { content: null }, finish_reason: "tool_calls" }] }),
      { kind: "bad-response", requests: 1, says: "nothing" },
    ],
    [
      "an empty body is no answer",
      (r) => r.writeHead(200).end(),
      { kind: "bad-response", requests: 1, says: "empty body" },
    ],
    ["a closed socket is a network error, retried", (r) => r.destroy(), { kind: "network", requests: 3 }],
    [
      "an answer cut short is retried, and never half an answer",
      (r) => {
        r.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
        r.write('{"choices":[{"message":{"content":"bil');
        setTimeout(() => r.destroy(), 20);
      },
      { kind: "bad-response", requests: 3 },
    ],
  ];
  it.each(rows)("%s", async (_title, handler, expected) => {
    const { origin, times } = await serve(handler);
    for (const kind of ["openai", "openai-compatible"] as const) {
      times.length = 0;
      const { error } = await ask(openai(origin, { kind }), { retries: 2 });
      expect(error).toMatchObject({ kind: expected.kind, attempts: expected.requests });
      expect(times.length).toBe(expected.requests);
      expect(error?.message).toContain(expected.says ?? "it/gpt-4o-2024-08-06");
      expect(JSON.stringify([error, error?.message, error?.hint, error?.stack])).not.toMatch(/sk-te|ghij|[Bb]earer/);
    }
  });
});

describe("streams that go wrong", () => {
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ id: "1", model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const rows: [string, (r: ServerResponse) => void][] = [
    ["an error event first", (r) => r.end('data: {"error":{"message":"overloaded","type":"server_error"}}\n\n')],
    [
      "an error event in the middle",
      (r) => r.end(`${chunk({ content: "bil" })}data: {"error":{"message":"overloaded","type":"server_error"}}\n\n`),
    ],
    ["an end without a finish reason", (r) => r.end(chunk({ content: "bil" }))],
    ["nothing but [DONE]", (r) => r.end("data: [DONE]\n\n")],
    ["no event at all", (r) => r.end()],
    ["garbage in an event", (r) => r.end("data: {nope\n\n")],
    [
      "a connection cut in the middle",
      (r) => {
        r.write(chunk({ content: "bil" }));
        setTimeout(() => r.destroy(), 20);
      },
    ],
  ];
  it.each(rows)("%s is a bad response", async (_title, handler) => {
    const { origin } = await serve((r) => {
      handler(r.writeHead(200, { "content-type": "text/event-stream" }));
    });
    for (const kind of ["openai", "openai-compatible"] as const) {
      const { error, result } = await ask(openai(origin, { kind, stream: true }), { retries: 0 });
      expect(result).toBeUndefined();
      expect(error?.kind).toBe("bad-response");
    }
  });

  it("an Anthropic error event is a bad response", async () => {
    const { origin } = await serve((r) => {
      r.writeHead(200, { "content-type": "text/event-stream" });
      r.end('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n');
    });
    const provider = { kind: "anthropic", baseUrl: `${origin}/v1`, apiKeyEnv: "TEST_KEY", stream: true } as const;
    const { error } = await ask(provider, { retries: 0 });
    expect(error).toMatchObject({ kind: "bad-response" });
    expect(error?.message).toContain("Overloaded");
  });
});

describe("an empty answer is an answer", () => {
  it.each<[string, object]>([
    ["that stopped by itself", { message: { content: "" }, finish_reason: "stop" }],
    ["without content", { message: { role: "assistant", content: null }, finish_reason: "stop" }],
    ["without content, at the length limit", { message: { role: "assistant" }, finish_reason: "length" }],
    ["of a server that names no finish reason", { message: { content: "" } }],
  ])("%s", async (_, choice) => {
    const { origin, times } = await serve((r) => json(r, 200, { ...GOOD, choices: [{ index: 0, ...choice }] }));
    const { result } = await ask({ kind: "openai-compatible", baseUrl: `${origin}/v1` });
    expect(result).toMatchObject({ output: "", toolCalls: [], tokens: { input: 1000 } });
    expect(times).toHaveLength(1);
  });

  it("streamed", async () => {
    const chunk = { ...GOOD, choices: [{ index: 0, delta: { content: "" }, finish_reason: "stop" }] };
    const { origin } = await serve((r) => {
      r.writeHead(200, { "content-type": "text/event-stream" });
      r.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
    });
    const { result } = await ask({ kind: "openai-compatible", baseUrl: `${origin}/v1`, stream: true });
    expect(result).toMatchObject({ output: "", finishReason: "stop" });
  });
});

describe("waiting and trying again", () => {
  it("waits as long as Retry-After says, then answers and counts the attempts", async () => {
    const { origin, times } = await serve((r, n) =>
      n === 1 ? json(r, 429, { error: { message: "slow" } }, { "retry-after": "1" }) : json(r, 200, GOOD),
    );
    const { result } = await ask(openai(origin));
    expect(result).toMatchObject({ output: "billing", attempts: 2 });
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(950);
    expect(result?.latencyMs).toBeLessThan(900);
  });

  it("prefers retry-after-ms", async () => {
    const { origin, times } = await serve((r, n) =>
      n === 1 ? json(r, 503, {}, { "retry-after-ms": "200", "retry-after": "60" }) : json(r, 200, GOOD),
    );
    expect((await ask(openai(origin))).result?.attempts).toBe(2);
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(150);
  });

  it("a dead port fails for good within seconds and says where and what to check", async () => {
    const { origin } = await serve(() => undefined);
    await new Promise((resolve) => server?.close(resolve));
    const { error, ms } = await ask(openai(origin), { random: () => 0.99, retries: 10 });
    expect(error).toMatchObject({ kind: "network", attempts: 4 });
    expect(error?.message).toContain(new URL(origin).host);
    expect(error?.hint).toContain("baseUrl");
    expect(ms).toBeLessThan(3500);
  });

  it("a name that does not exist is not tried again", async () => {
    const { error } = await ask(openai("http://no-such-host.invalid"));
    expect(error?.kind).toBe("network");
    expect(error?.message).toContain("no-such-host.invalid:80");
  });

  it("a slow server is a timeout, and its connection is given up", async () => {
    let closed = 0;
    const { origin } = await serve((r) => r.on("close", () => closed++));
    const { error } = await ask(openai(origin), { timeoutMs: 100 });
    expect(error).toMatchObject({ kind: "timeout", attempts: 1 });
    expect(error?.message).toContain("100 ms");
    expect(closed).toBe(1);
  });

  it("a stream that stalls is a timeout, not half an answer", async () => {
    const { origin } = await serve((r) => {
      r.writeHead(200, { "content-type": "text/event-stream" });
      r.write('data: {"model":"m","choices":[{"index":0,"delta":{"content":"bil"},"finish_reason":null}]}\n\n');
    });
    for (const kind of ["openai", "openai-compatible"] as const) {
      const { error } = await ask(openai(origin, { kind, stream: true }), { timeoutMs: 150 });
      expect(error?.kind).toBe("timeout");
    }
  });

  it("an abort ends a call under way and a call that waits to try again", async () => {
    for (const handler of [() => undefined, (r: ServerResponse) => json(r, 429, {}, { "retry-after": "30" })]) {
      const { origin } = await serve(handler);
      const run = new AbortController();
      setTimeout(() => {
        run.abort();
      }, 100);
      const { error, ms } = await ask(openai(origin), { signal: run.signal });
      expect(error?.kind).toBe("aborted");
      expect(ms).toBeLessThan(5000);
    }
  });
});

describe("what a call costs", () => {
  it("is priced by the model that answered", async () => {
    const { origin } = await serve((r) => json(r, 200, GOOD));
    const { result, warnings } = await ask(openai(origin), { model: "my-alias" });
    expect(result?.costUsd).toBeCloseTo((1000 * 2.5 + 100 * 10) / 1e6, 10);
    expect(result?.answeredBy).toBe("gpt-4o-2024-08-06");
    expect(warnings).toEqual([]);
  });

  it("is null with one warning for a local server, whatever the model calls itself", async () => {
    const { origin } = await serve((r) => json(r, 200, GOOD));
    const { result, warnings } = await ask(openai(origin, { kind: "openai-compatible" }));
    expect(result?.costUsd).toBeNull();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("it/gpt-4o-2024-08-06");
  });

  it("of a failed answer that was billed is in the error", async () => {
    const empty = { ...GOOD, choices: [{ index: 0, message: { content: "" }, finish_reason: "error" }] };
    const { origin } = await serve((r) => json(r, 200, empty));
    const { error } = await ask(openai(origin));
    expect(error?.costUsd).toBeCloseTo(0.0035, 10);
  });
});

describe("before any call", () => {
  const project = (models: Record<string, ModelProvider>): Project => ({
    root: "/",
    configFile: "",
    config: { project: "p", models },
    environment: "x",
    env: {},
    redact: (t) => t,
  });
  const create = (models: Record<string, ModelProvider>, pin: string) =>
    createModelClient(project(models), pin, { clock: systemClock, random: () => 0, warn: () => undefined });

  it("an unknown provider is MODEL_UNKNOWN with the name that was meant", async () => {
    const error = await create({ openai: { kind: "openai" } }, "opnai/gpt-4o").catch((e: unknown) => e);
    expect(error).toBeInstanceOf(AgentopsError);
    expect(error).toMatchObject({ code: "MODEL_UNKNOWN", hint: expect.stringContaining("did you mean openai?") });
  });

  it.each([
    ["openai", { kind: "openai" }, "OPENAI_API_KEY"],
    ["anthropic", { kind: "anthropic", apiKeyEnv: "MY_KEY" }, "MY_KEY"],
    ["google", { kind: "google" }, "GOOGLE_GENERATIVE_AI_API_KEY"],
    ["azure", { kind: "azure", resourceName: "r" }, "AZURE_API_KEY"],
    ["bedrock", { kind: "bedrock", region: "eu-west-1" }, "AWS_ACCESS_KEY_ID"],
  ] as [string, ModelProvider, string][])("%s without a key names the variable", async (_title, provider, variable) => {
    const error = await create({ it: provider }, "it/model").catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "API_KEY_MISSING", message: expect.stringContaining(variable) });
  });

  it("offline needs no configuration", async () => {
    expect((await create({}, "offline/stand-in")).kind).toBe("offline");
  });
});
