import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../core/clock.ts";
import type { ModelProvider } from "../../core/config.schema.ts";
import { redactor } from "../../core/redact.ts";
import { SHARED_DATA } from "../../testing/project.ts";
import { createBackend } from "../backends.ts";
import type { ModelRequest } from "../client/client.ts";
import { CallFailure } from "../client/failure.ts";
import { Halt } from "../client/halt.ts";

/** The provider's package is the judge of what is written and read without it: one request, both ways. */

interface Canned {
  status: number;
  headers: Record<string, string>;
  body: string;
}

let server: Server;
let origin = "";
let canned: Canned;
const seen: { url: string; headers: Record<string, unknown>; body: string }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request
      .on("data", (chunk) => (body += chunk))
      .on("end", () => {
        seen.push({ url: request.url ?? "", headers: request.headers, body });
        response.writeHead(canned.status, canned.headers).end(canned.body);
      });
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const MESSAGES: ModelRequest["messages"] = [
  { role: "system", content: 'Be "brief".\n' },
  { role: "user", content: "Überall?\u2028 \ud83d\ude00" },
  { role: "assistant", content: "" },
];
const request = (more: Partial<ModelRequest> = {}): ModelRequest => ({ messages: MESSAGES, parameters: {}, ...more });

const OF_THE_CONNECTION = ["host", "connection", "content-length"];

async function asked(kind: "openai" | "openai-compatible", asks: ModelRequest, answer: Canned) {
  canned = answer;
  const config = { kind, baseUrl: `${origin}/v1/`, apiKeyEnv: "KEY", headers: { "X-Team": "a" } } as ModelProvider;
  const env = { KEY: "key-0123456789" };
  const project = { root: "/", configFile: "", config: { project: "x" }, environment: "x", env, redact: redactor([]) };
  const backend = await createBackend(config, { project, name: "it", model: "m-1", env, clock: systemClock, maxAnswer: 1e6 }); // prettier-ignore
  const told = await backend.attempt(asks, { caseId: "c", trial: 0, signal: new AbortController().signal }, new Halt()).then(
    (value) => ({ ...value, toolCalls: value.toolCalls.map(({ name, arguments: given }) => ({ name, given })) }),
    (error: unknown) => {
      if (!(error instanceof CallFailure)) throw error;
      return { failure: error.kind, message: error.message, ...error.facts };
    },
  ); // prettier-ignore
  await backend.close();
  const sent = seen.pop();
  const { "user-agent": agent, ...headers } = sent?.headers ?? {};
  const kept = Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.includes(name));
  return { told, sent: { url: sent?.url, body: sent?.body, headers: Object.fromEntries(kept) }, agent };
}

async function bothWays(kind: "openai" | "openai-compatible", asks: ModelRequest, answer: Canned): Promise<void> {
  const own = await asked(kind, asks, answer);
  const packaged = await asked(kind, { ...asks, parameters: { ...asks.parameters, extra: {} } }, answer);
  // OpenAI's form of a schema is the package's to make.
  const isOwn = kind === "openai-compatible" || asks.responseFormat === undefined || !("schema" in asks.responseFormat);
  expect(own.agent).toBe(isOwn ? "agentops" : packaged.agent);
  expect(packaged.agent).toContain("ai-sdk/");
  expect({ told: own.told, sent: own.sent }).toEqual({ told: packaged.told, sent: packaged.sent });
}

const json = (body: unknown, status = 200): Canned => ({ status, headers: { "content-type": "application/json" }, body: typeof body === "string" ? body : JSON.stringify(body) }); // prettier-ignore
const chat = (message: object, more: object = {}, choice: object = {}) =>
  json({ id: "1", object: "chat.completion", created: 1, model: "m-1-2026", choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop", ...choice }], ...more }); // prettier-ignore
const call = (name: string, given: string) => ({ id: "call_1", type: "function", function: { name, arguments: given } }); // prettier-ignore
const KINDS = ["openai", "openai-compatible"] as const;

describe.each(KINDS)("%s", (kind) => {
  const schema = {
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a"],
    additionalProperties: false,
  };
  test.each<[string, Partial<ModelRequest>]>([
    ["messages alone", {}],
    ["every parameter", { parameters: { temperature: 0, topP: 0.5, maxTokens: 100, frequencyPenalty: 0.1, presencePenalty: -0.1, seed: 7, stop: ["\n", "END"] } }], // prettier-ignore
    ["one that this format does not have", { parameters: { topK: 5 } }],
    ["tools", { tools: [{ name: "look", description: "Looks.", inputSchema: schema }, { name: "bare", inputSchema: { type: "object" } }] }], // prettier-ignore
    ["no tools", { tools: [] }],
    ["text as the format", { responseFormat: { type: "text" } }],
    ["JSON as the format", { responseFormat: { type: "json" } }],
    ["a schema", { responseFormat: { type: "json", schema } }],
    ["a schema with a name", { responseFormat: { type: "json", schema, name: "answer" } }],
    ["calls and what came of them", { messages: [{ role: "user", content: "q" }, { role: "assistant", content: "", toolCalls: [{ id: "c1", name: "look", arguments: { a: "ü" } }, { id: "c2", name: "bare", arguments: {} }] }, { role: "tool", content: "found\n", toolCallId: "c1", toolName: "look" }, { role: "tool", content: "", toolCallId: "c2", toolName: "bare" }, { role: "assistant", content: "so", toolCalls: [{ id: "c3", name: "look", arguments: { a: "b" } }] }] }], // prettier-ignore
  ])("%s is the same request, byte for byte", async (_, more) => {
    await bothWays(kind, request(more), chat({ content: "ok" }));
  });

  const usage = (more: object) => ({ usage: { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13, ...more } });
  test.each<[string, Canned]>([
    ["a text", chat({ content: "ok ü" }, usage({}))],
    ["no usage", chat({ content: "ok" })],
    ["a null usage", chat({ content: "ok" }, { usage: null })],
    ["half a usage", chat({ content: "ok" }, { usage: { total_tokens: 3 } })],
    ["cached, written and thought tokens", chat({ content: "ok" }, usage({ prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 }, completion_tokens_details: { reasoning_tokens: 1 } }))], // prettier-ignore
    ["calls", chat({ content: null, tool_calls: [call("look", '{"a":1}'), call("bare", "")] }, {}, { finish_reason: "tool_calls" })], // prettier-ignore
    ["a call whose arguments are no JSON", chat({ content: "", tool_calls: [call("look", "{")] })],
    ["a call of the old form", chat({ content: null, function_call: { name: "look", arguments: "{}" } }, {}, { finish_reason: "function_call" })], // prettier-ignore
    ["a refusal", chat({ content: null, refusal: "I cannot." })],
    ["a refusal beside a text", chat({ content: "Well,", refusal: " no." })],
    ["an empty text that ended", chat({ content: "" })],
    ["an empty text that no reason ends", chat({ content: "" }, {}, { finish_reason: null })],
    ["nothing at all", chat({ content: null }, {}, { finish_reason: "error" })],
    ["a cut text", chat({ content: "ok" }, {}, { finish_reason: "length" })],
    ["a filtered one", chat({ content: "" }, {}, { finish_reason: "content_filter" })],
    ["a reason of its own", chat({ content: "ok" }, {}, { finish_reason: "eos" })],
    ["no model's name", chat({ content: "ok" }, { model: null })],
    ["no choices", json({ id: "1", model: "m", choices: [] })],
    ["something else", json({ hello: "world" })],
    ["a choice without a message", json({ model: "m", choices: [{ index: 0, finish_reason: "stop" }] })],
    ["a number for a text", chat({ content: 5 })],
    ["a call without a name", chat({ content: null, tool_calls: [{ id: "1", type: "function", function: { arguments: "{}" } }] })], // prettier-ignore
    ["a text for tokens", chat({ content: "ok" }, { usage: { prompt_tokens: "10" } })],
    ["no JSON", { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: "<html>hello</html>" }],
    ["an empty body", { status: 200, headers: {}, body: "" }],
    ["a filter's error under 200", json({ error: { code: "content_filter", message: "stopped" } })],
    ["a filter's error under 400", json({ error: { code: "content_filter", message: "stopped" } }, 400)],
    ["an error", json({ error: { message: "no such parameter", type: "invalid_request_error", param: null, code: null } }, 400)], // prettier-ignore
    ["a refused key", json({ error: { message: "wrong key sk-ab***yz" } }, 401)],
    ["no such model", json({ error: { message: "no such model" } }, 404)],
    ["a limit that says how long", { status: 429, headers: { "retry-after": "3", "content-type": "application/json" }, body: '{"error":{"message":"slow down"}}' }], // prettier-ignore
    ["no more money", json({ error: { message: "pay", code: "insufficient_quota" } }, 429)],
    ["a broken server", { status: 502, headers: { "content-type": "text/html" }, body: "<h1>Bad gateway</h1>" }],
    ["a broken server that says nothing", { status: 503, headers: {}, body: "" }],
    ["a redirect", { status: 302, headers: { location: "http://elsewhere.invalid/" }, body: "" }],
    ["a list of texts", chat({ content: [{ type: "text", text: "a" }, { type: "text", text: "" }, { type: "image" }, { type: "text", text: "b" }] })], // prettier-ignore
  ])("%s is the same answer", async (name, answer) => {
    // OpenAI never answers with a list; the package refuses what others do.
    if (kind === "openai" && name === "a list of texts") return;
    await bothWays(kind, request(), answer);
  });
});

const FOLDER = join(SHARED_DATA, "provider-cassettes");
const recorded = !existsSync(FOLDER) ? [] : readdirSync(FOLDER).filter((file) => /^(?:\d|err).*\.json$/.test(file)).flatMap((file) => {
  const { id, interactions } = JSON.parse(readFileSync(join(FOLDER, file), "utf8"));
  return interactions.map((x: any, i: number) => ({ title: `${id} #${i}`, url: String(x.request.url), response: x.response }));
}).filter(({ url, response }) => /\/chat\/completions$/.test(url.replace(/[?#].*$/, "")) && !/^\s*(?:event|data|:)/.test(response.body_text)); // prettier-ignore

describe.skipIf(recorded.length === 0)("recorded answers", () => {
  test.each(recorded)("$title", async ({ response }) => {
    const names = Object.entries(response.headers as Record<string, string>).filter(
      ([name]) => !/^(content-encoding|content-length|transfer-encoding)$/.test(name),
    );
    const answer = { status: response.status, headers: Object.fromEntries(names), body: response.body_text };
    for (const kind of KINDS) await bothWays(kind, request(), answer);
  });
});
