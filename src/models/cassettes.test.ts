import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../core/clock.ts";
import type { Config, ModelProvider } from "../core/config.schema.ts";
import type { Project } from "../core/project.ts";
import { redactor } from "../core/redact.ts";
import type { FinishReason, ModelClient } from "./client/client.ts";
import { createModelClient } from "./create.ts";
import { ModelError } from "./client/model-error.ts";

/** Recorded exchanges with real providers; they live beside the repository and the tests skip without them. */
const FOLDER = findUpwards("shared/data/provider-cassettes");

const KEY = "test-key-0123456789";

interface Exchange {
  request: { url: string; body_json?: { model?: string; stream?: boolean } };
  response: { status: number; headers: Record<string, string>; body_text: string };
}

interface Cassette {
  id: string;
  host: string;
  path: string;
  interactions: Exchange[];
}

/** What the raw body says, worked out here and not by the code under test. */
interface Expected {
  text: string;
  calls: { name: string; arguments: unknown }[];
  input: number | null;
  output: number | null;
  cached?: number | undefined;
  cacheWrite?: number | undefined;
  reasoning?: number | undefined;
  model: string | null;
  finish: FinishReason;
}

const NOT_APPLICABLE: Record<string, string> = {
  "00-ollama-test-ollama-chat-tool-calls-legacy": "Ollama's own /api/chat; we speak its /v1",
  "01-ollama-test-ollama-chat-legacy": "Ollama's own /api/chat; we speak its /v1",
};

const FINISH: Record<string, FinishReason> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool-calls",
  function_call: "tool-calls",
  content_filter: "content-filter",
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  tool_use: "tool-calls",
  refusal: "refusal",
  STOP: "stop",
  MAX_TOKENS: "length",
};

const events = (text: string): any[] =>
  text
    .split(/\r?\n\r?\n/)
    .map((block) =>
      block
        .split(/\r?\n/)
        .filter((l) => l.startsWith("data:"))
        .map((l) => l.slice(5).trim())
        .join(""),
    )
    .filter((data) => data !== "" && data !== "[DONE]")
    .map((data) => JSON.parse(data));

const isSse = (text: string) => /^\s*(?:event|data|:)/.test(text);
const args = (text: string): unknown => (text.trim() === "" ? {} : JSON.parse(text));

function chatUsage(usage: any) {
  return {
    input: usage?.prompt_tokens ?? null,
    output: usage?.completion_tokens ?? null,
    cached: usage?.prompt_tokens_details?.cached_tokens,
    reasoning: usage?.completion_tokens_details?.reasoning_tokens,
  };
}

function expectChat(text: string): Expected {
  if (isSse(text)) return expectChatStream(events(text));
  const body = JSON.parse(text);
  if (body.error?.code === "content_filter") {
    return { text: "", calls: [], input: null, output: null, model: null, finish: "content-filter" };
  }
  const { message, finish_reason } = body.choices[0];
  const calls = (message.tool_calls ?? []).map((c: any) => c.function);
  if (message.function_call) calls.push(message.function_call);
  return {
    text: message.content || message.refusal || "",
    calls: calls.map((c: any) => ({ name: c.name, arguments: args(c.arguments) })),
    ...chatUsage(body.usage),
    model: body.model,
    finish: message.refusal ? "refusal" : (FINISH[finish_reason] ?? "other"),
  };
}

function expectChatStream(chunks: any[]): Expected {
  const calls: ({ name: string; text: string } | undefined)[] = [];
  let text = "";
  let refusal = "";
  for (const chunk of chunks) {
    const delta = chunk.choices?.[0]?.delta;
    text += delta?.content ?? "";
    refusal += delta?.refusal ?? "";
    for (const call of delta?.tool_calls ?? []) {
      const slot = (calls[call.index] ??= { name: "", text: "" });
      slot.name += call.function?.name ?? "";
      slot.text += call.function?.arguments ?? "";
    }
  }
  const finish = chunks.map((c) => c.choices?.[0]?.finish_reason).find((f) => f);
  const usage = chunks.map((c) => c.usage ?? c.x_groq?.usage).findLast((u) => u);
  return {
    text: text || refusal,
    calls: calls.map((c) => ({ name: c?.name ?? "", arguments: args(c?.text ?? "") })),
    ...chatUsage(chunks.some((c) => c.usage) ? usage : undefined),
    model: chunks.map((c) => c.model).find((m) => m) ?? null,
    finish: refusal ? "refusal" : (FINISH[finish] ?? "other"),
  };
}

function expectResponses(text: string): Expected {
  const all = isSse(text) ? events(text) : [];
  const body = isSse(text) ? all.findLast((e) => e.type === "response.completed").response : JSON.parse(text);
  const messages = body.output.filter((o: any) => o.type === "message").flatMap((o: any) => o.content);
  const calls = body.output.filter((o: any) => o.type === "function_call");
  const refused = messages.some((m: any) => m.type === "refusal");
  return {
    text: messages.map((m: any) => m.text ?? m.refusal).join(""),
    calls: calls.map((c: any) => ({ name: c.name, arguments: args(c.arguments) })),
    input: body.usage.input_tokens,
    output: body.usage.output_tokens,
    cached: body.usage.input_tokens_details?.cached_tokens,
    reasoning: body.usage.output_tokens_details?.reasoning_tokens,
    model: body.model,
    finish: calls.length > 0 ? "tool-calls" : refused ? "refusal" : "stop",
  };
}

function expectAnthropic(text: string): Expected {
  const body = isSse(text) ? joinAnthropic(events(text)) : JSON.parse(text);
  const { usage } = body;
  const cached = usage.cache_read_input_tokens ?? 0;
  const cacheWrite = usage.cache_creation_input_tokens ?? 0;
  return {
    text: body.content.map((b: any) => (b.type === "text" ? b.text : "")).join(""),
    calls: body.content
      .filter((b: any) => b.type === "tool_use")
      .map((b: any) => ({ name: b.name, arguments: b.input })),
    input: usage.input_tokens + cached + cacheWrite,
    output: usage.output_tokens,
    cached,
    cacheWrite,
    model: body.model,
    finish: FINISH[body.stop_reason] ?? "other",
  };
}

function joinAnthropic(all: any[]): any {
  const message = { ...all.find((e) => e.type === "message_start").message, content: [] as any[] };
  const json: string[] = [];
  for (const e of all) {
    if (e.type === "content_block_start") message.content[e.index] = { ...e.content_block };
    if (e.type === "message_delta") {
      message.stop_reason = e.delta.stop_reason;
      message.usage = { ...message.usage, ...e.usage };
    }
    if (e.type !== "content_block_delta") continue;
    if (e.delta.type === "text_delta") message.content[e.index].text += e.delta.text;
    if (e.delta.type === "input_json_delta") json[e.index] = (json[e.index] ?? "") + e.delta.partial_json;
  }
  message.content.forEach((block: any, i: number) => {
    if (block.type === "tool_use") block.input = args(json[i] ?? "");
  });
  return message;
}

function expectGoogle(text: string): Expected {
  const body = JSON.parse(text);
  const usage = body.usageMetadata;
  const candidate = body.candidates[0];
  return {
    text: candidate.content.parts.map((p: any) => (p.thought ? "" : (p.text ?? ""))).join(""),
    calls: [],
    input: usage.promptTokenCount,
    output: usage.candidatesTokenCount + (usage.thoughtsTokenCount ?? 0),
    reasoning: usage.thoughtsTokenCount,
    model: body.modelVersion,
    finish: FINISH[candidate.finishReason] ?? "other",
  };
}

/** How a cassette's host is configured: the adapter, the base path of its API, how its bodies are read. */
function adapterOf(cassette: Cassette, url: string): { provider: ModelProvider; expected: (text: string) => Expected } {
  const apiKeyEnv = "TEST_KEY";
  const { pathname } = new URL(url);
  const base = (end: string) => url.replace(/[?#].*$/, "").slice(0, -end.length);
  if (cassette.host === "api.anthropic.com") {
    return { provider: { kind: "anthropic", baseUrl: base("/messages"), apiKeyEnv }, expected: expectAnthropic };
  }
  if (pathname.endsWith("/responses")) {
    const provider = { kind: "openai", api: "responses", baseUrl: base("/responses"), apiKeyEnv } as const;
    return { provider, expected: expectResponses };
  }
  if (cassette.host.endsWith("googleapis.com")) {
    return {
      provider: { kind: "google", baseUrl: url.replace(/\/models\/.*/, ""), apiKeyEnv },
      expected: expectGoogle,
    };
  }
  if (cassette.host.endsWith("azure.com")) {
    const baseUrl = url.replace(/\/deployments\/.*/, "");
    return { provider: { kind: "azure", baseUrl, apiVersion: "2024-02-01", apiKeyEnv }, expected: expectChat };
  }
  const kind = cassette.host === "api.openai.com" ? "openai" : "openai-compatible";
  return { provider: { kind, baseUrl: base("/chat/completions"), apiKeyEnv }, expected: expectChat };
}

const cassettes = FOLDER === undefined ? [] : readCassettes(FOLDER);
const served = new Map<string, Exchange>();
const seen: { path: string; query: string; key: boolean }[] = [];
let server: Server;
let origin = "";

beforeAll(async () => {
  for (const c of cassettes) c.interactions.forEach((x, i) => served.set(`${c.id}.${i}`, x));
  server = createServer((request, response) => {
    const [, name = "", ...rest] = (request.url ?? "").split("/");
    const exchange = served.get(name);
    request.resume().on("end", () => {
      const recorded = new URL(exchange?.request.url ?? "http://none/");
      const asked = new URL(`/${rest.join("/")}`, "http://x");
      seen.push({ path: asked.pathname, query: asked.search, key: JSON.stringify(request.headers).includes(KEY) });
      if (exchange === undefined || asked.pathname !== recorded.pathname) {
        response.writeHead(599).end(`asked ${asked.pathname}, recorded ${recorded.pathname}`);
        return;
      }
      const headers = Object.fromEntries(
        Object.entries(exchange.response.headers).filter(
          ([n]) => !/^(content-encoding|content-length|transfer-encoding)$/.test(n),
        ),
      );
      response.writeHead(exchange.response.status, headers);
      const { body_text } = exchange.response;
      response.write(body_text.slice(0, 100));
      setImmediate(() => response.end(body_text.slice(100)));
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function clientFor(cassette: Cassette, index: number): Promise<[ModelClient, (text: string) => Expected]> {
  const exchange = cassette.interactions[index] as Exchange;
  const { pathname, search } = new URL(exchange.request.url);
  const { provider, expected } = adapterOf(cassette, `${origin}/${cassette.id}.${index}${pathname}${search}`);
  const stream = isSse(exchange.response.body_text);
  const config: Config = { project: "cassettes", models: { it: { ...provider, stream } as ModelProvider } };
  const env = { TEST_KEY: KEY };
  const project: Project = { root: "/", configFile: "", config, environment: "x", env, redact: redactor([KEY]) };
  const model = exchange.request.body_json?.model ?? /models\/([^:]+):/.exec(pathname)?.[1] ?? "model";
  const options = { clock: systemClock, random: () => 0, warn: () => undefined };
  return [await createModelClient(project, `it/${model}`, options), expected];
}

const request = { messages: [{ role: "user" as const, content: "as recorded" }], parameters: { maxTokens: 100 } };
const context = () => ({ caseId: "c", trial: 0, signal: new AbortController().signal });

const rows = cassettes
  .filter((c) => NOT_APPLICABLE[c.id] === undefined)
  .flatMap((c) => c.interactions.map((x, i) => ({ cassette: c, index: i, ...x, title: `${c.id} #${i}` })));
const answers = rows.filter((r) => r.response.status === 200);
const errors = rows.filter((r) => r.response.status !== 200);

describe.skipIf(FOLDER === undefined)("recorded exchanges with providers", () => {
  it("every cassette is either replayed or has a reason not to be", () => {
    const covered = new Set(rows.map((r) => r.cassette.id));
    expect(cassettes.filter((c) => !covered.has(c.id)).map((c) => c.id)).toEqual(Object.keys(NOT_APPLICABLE));
    expect(cassettes.length).toBe(58);
  });

  it.each(answers)(
    "$title gives text, tool calls, tokens, model and finish reason",
    async ({ cassette, index, response }) => {
      const [client, expectedOf] = await clientFor(cassette, index);
      const expected = expectedOf(response.body_text);
      const result = await client.generate(request, context());
      await client.close();
      expect(result.output).toBe(expected.text);
      expect(result.toolCalls.map(({ name, arguments: a }) => ({ name, arguments: a }))).toEqual(expected.calls);
      expect(result.tokens).toMatchObject({ input: expected.input, output: expected.output });
      if (expected.cached !== undefined) expect(result.tokens.cached).toBe(expected.cached);
      if (expected.cacheWrite !== undefined) expect(result.tokens.cacheWrite).toBe(expected.cacheWrite);
      if (expected.reasoning !== undefined) expect(result.tokens.reasoning).toBe(expected.reasoning);
      expect(result.answeredBy).toBe(expected.model);
      expect(result.finishReason).toBe(expected.finish);
      expect(result.attempts).toBe(1);
      if (isSse(response.body_text)) expect(result.ttftMs).toBeGreaterThan(0);
      else expect(result.ttftMs).toBeNull();
    },
  );

  it.each(errors)("$title is one failed attempt that says what the provider said", async (row) => {
    const [client] = await clientFor(row.cassette, row.index);
    const before = seen.length;
    const error = await client.generate(request, context()).catch((e: unknown) => e);
    await client.close();
    expect(error).toBeInstanceOf(ModelError);
    const kinds: Record<number, string> = { 400: "bad-request", 404: "not-found", 500: "server" };
    expect(error).toMatchObject({ status: row.response.status, kind: kinds[row.response.status], attempts: 1 });
    expect((error as Error).message).toContain(JSON.parse(row.response.body_text).error.message.slice(0, 60));
    expect(seen.length - before, "400, 404 and x-should-retry: false are not retried").toBe(1);
  });

  it("the features of the manifest are all met", () => {
    const ids = new Set(rows.map((r) => r.cassette.id));
    const manifest: { id: string; features: string[] }[] = JSON.parse(
      readFileSync(join(FOLDER as string, "manifest.json"), "utf8"),
    );
    const all = new Set(manifest.flatMap((m) => m.features));
    const met = new Set(manifest.filter((m) => ids.has(m.id)).flatMap((m) => m.features));
    expect([...all].filter((f) => !met.has(f))).toEqual([]);
    expect(
      seen.every((s) => s.key),
      "every request carried the key",
    ).toBe(true);
  });
});

function readCassettes(folder: string): Cassette[] {
  return readdirSync(folder)
    .filter((f) => /^(?:\d|err).*\.json$/.test(f))
    .map((f) => JSON.parse(readFileSync(join(folder, f), "utf8")) as Cassette);
}

function findUpwards(path: string): string | undefined {
  for (let dir = dirname(fileURLToPath(import.meta.url)); dirname(dir) !== dir; dir = dirname(dir)) {
    if (existsSync(join(dir, path))) return join(dir, path);
  }
  return undefined;
}
