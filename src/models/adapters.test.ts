import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../core/clock.ts";
import type { ModelProvider } from "../core/config.schema.ts";
import { redactor } from "../core/redact.ts";
import type { ModelRequest } from "./client/client.ts";
import { createModelClient } from "./create.ts";
import { loadOptional } from "./providers/optional.ts";

/** What each adapter puts on the wire for one and the same request. */

const chat = { id: "1", model: "m-1", choices: [{ index: 0, message: { content: "ok" }, finish_reason: "stop" }] };
const ANSWERS: Record<string, unknown> = {
  chat,
  responses: {
    id: "1",
    model: "m-1",
    created_at: 1,
    status: "completed",
    output: [
      { type: "message", id: "i", role: "assistant", content: [{ type: "output_text", text: "ok", annotations: [] }] },
    ],
    usage: { input_tokens: 1, output_tokens: 1 },
  },
  messages: {
    id: "1",
    type: "message",
    role: "assistant",
    model: "m-1",
    content: [{ type: "text", text: "ok" }],
    stop_reason: "end_turn",
    usage: { input_tokens: 1, output_tokens: 1 },
  },
  google: {
    candidates: [{ content: { role: "model", parts: [{ text: "ok" }] }, finishReason: "STOP" }],
    modelVersion: "m-1",
  },
  converse: {
    output: {
      message: {
        role: "assistant",
        content: [{ text: "ok" }, { toolUse: { toolUseId: "t", name: "look", input: { id: "1" } } }],
      },
    },
    stopReason: "tool_use",
    usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15, cacheReadInputTokens: 100, cacheWriteInputTokens: 7 },
    metrics: { latencyMs: 1 },
  },
};

let server: Server;
let origin = "";
let status = 200;
const sent: { url: string; headers: Record<string, unknown>; body: any }[] = [];

beforeAll(async () => {
  server = createServer((q, r) => {
    let text = "";
    q.on("data", (d) => (text += d)).on("end", () => {
      const url = q.url ?? "";
      sent.push({ url, headers: q.headers, body: JSON.parse(text) });
      const kind = /chat|responses|messages|converse/.exec(url)?.[0] ?? "google";
      if (status === 200) return r.end(JSON.stringify(ANSWERS[kind]));
      return r.writeHead(status, { "x-amzn-errortype": "ThrottlingException" }).end('{"message":"Too many requests"}');
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  sent.length = 0;
  status = 200;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const ENV = { KEY: "key-0123456789", AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "aws-secret-key-000" };
const REQUEST: ModelRequest = {
  messages: [
    { role: "system", content: "S" },
    { role: "user", content: "U1" },
    { role: "assistant", content: "A" },
    { role: "user", content: "U2" },
  ],
  parameters: { temperature: 0.5, topP: 0.9, maxTokens: 64, stop: ["END"] },
  tools: [
    { name: "look", description: "Looks", inputSchema: { type: "object", properties: { id: { type: "string" } } } },
  ],
};

async function send(provider: ModelProvider, change: Partial<ModelRequest> = {}, model = "m-1") {
  const config = { project: "p", models: { it: provider } };
  const project = {
    root: "/",
    configFile: "",
    config,
    environment: "x",
    env: ENV,
    redact: redactor(Object.values(ENV)),
  };
  const options = { clock: systemClock, random: () => 0, warn: () => undefined, retries: 1 };
  const client = await createModelClient(project, `it/${model}`, options);
  const context = { caseId: "c", trial: 0, signal: new AbortController().signal };
  const result = await client.generate({ ...REQUEST, ...change }, context).finally(() => client.close());
  return { result, sent: sent.at(-1)! };
}

const chatMessages = [
  { role: "system", content: "S" },
  { role: "user", content: "U1" },
  { role: "assistant", content: "A" },
  { role: "user", content: "U2" },
];

describe("what an adapter sends", () => {
  it.each([
    ["openai", { kind: "openai", baseUrl: "/v1", apiKeyEnv: "KEY" }, "/v1/chat/completions", "authorization"],
    [
      "openai-compatible",
      { kind: "openai-compatible", baseUrl: "/v1", apiKeyEnv: "KEY" },
      "/v1/chat/completions",
      "authorization",
    ],
    [
      "azure",
      { kind: "azure", baseUrl: "/openai", apiVersion: "2024-10-21", apiKeyEnv: "KEY" },
      "/openai/deployments/m-1/chat/completions?api-version=2024-10-21",
      "api-key",
    ],
    ["azure v1", { kind: "azure", baseUrl: "/openai/v1", apiKeyEnv: "KEY" }, "/openai/v1/chat/completions", "api-key"],
  ] as [string, ModelProvider & { baseUrl: string }, string, string][])(
    "%s: the chat shape",
    async (_t, provider, path, header) => {
      const there = { ...provider, baseUrl: origin + provider.baseUrl, headers: { "x-team": "cx" } } as ModelProvider;
      const { result, sent: got } = await send(there);
      expect(result).toMatchObject({
        output: "ok",
        answeredBy: "m-1",
        tokens: { input: null, output: null },
        warnings: [],
      });
      expect(got.url).toBe(path);
      expect(got.headers).toMatchObject({ "x-team": "cx", [header]: expect.stringContaining(ENV.KEY) });
      expect(got.body).toMatchObject({
        model: "m-1",
        messages: chatMessages,
        temperature: 0.5,
        top_p: 0.9,
        max_tokens: 64,
        stop: ["END"],
      });
      expect(got.body.tools[0].function).toMatchObject({
        name: "look",
        description: "Looks",
        parameters: REQUEST.tools![0]!.inputSchema,
      });
    },
  );

  it("openai responses", async () => {
    const provider = { kind: "openai", api: "responses", baseUrl: `${origin}/v1`, apiKeyEnv: "KEY" } as const;
    const { result, sent: got } = await send(provider);
    expect(result.output).toBe("ok");
    expect(result.warnings.join()).toContain("stopSequences");
    expect(got.body).toMatchObject({
      model: "m-1",
      max_output_tokens: 64,
      tools: [{ type: "function", name: "look" }],
    });
    expect(got.body.input.map((m: any) => m.role)).toEqual(["system", "user", "assistant", "user"]);
  });

  it("anthropic", async () => {
    const { sent: got } = await send(
      { kind: "anthropic", baseUrl: `${origin}/v1`, apiKeyEnv: "KEY" },
      { parameters: { temperature: 0.5, maxTokens: 64 } },
    );
    expect(got.headers).toMatchObject({ "x-api-key": ENV.KEY, "anthropic-version": "2023-06-01" });
    expect(got.body).toMatchObject({
      model: "m-1",
      max_tokens: 64,
      temperature: 0.5,
      system: [{ type: "text", text: "S" }],
    });
    expect(got.body.messages).toHaveLength(3);
    expect(got.body.tools[0]).toMatchObject({ name: "look", input_schema: REQUEST.tools![0]!.inputSchema });
  });

  it("google", async () => {
    const { result, sent: got } = await send({ kind: "google", baseUrl: `${origin}/v1beta`, apiKeyEnv: "KEY" });
    expect(result.answeredBy).toBe("m-1");
    expect(got.url).toBe("/v1beta/models/m-1:generateContent");
    expect(got.headers["x-goog-api-key"]).toBe(ENV.KEY);
    expect(got.body).toMatchObject({
      systemInstruction: { parts: [{ text: "S" }] },
      generationConfig: { maxOutputTokens: 64, temperature: 0.5 },
    });
  });

  it("bedrock, signed, and reads its answer", async () => {
    const { result, sent: got } = await send(
      { kind: "bedrock", region: "eu-west-1", baseUrl: origin },
      {},
      "vendor.m-1:0",
    );
    expect(decodeURIComponent(got.url)).toBe("/model/vendor.m-1:0/converse");
    expect(got.headers["authorization"]).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-west-1\/bedrock\//);
    expect(got.body).toMatchObject({ system: [{ text: "S" }], inferenceConfig: { maxTokens: 64, temperature: 0.5 } });
    expect(result).toMatchObject({
      output: "ok",
      toolCalls: [{ id: "t", name: "look", arguments: { id: "1" } }],
      finishReason: "tool-calls",
      tokens: { input: 117, output: 5, cached: 100, cacheWrite: 7 },
    });
  });

  it("bedrock with a bearer key, retried when throttled", async () => {
    status = 429;
    const error = await send({ kind: "bedrock", region: "eu-west-1", baseUrl: origin, apiKeyEnv: "KEY" }).catch(
      (e: unknown) => e,
    );
    expect(sent.at(-1)?.headers["authorization"]).toBe(`Bearer ${ENV.KEY}`);
    expect(error).toMatchObject({ kind: "rate-limit", attempts: 2 });
    expect((error as Error).message).toContain("Too many requests");
  });

  it("JSON with a schema, a seed and the provider's own extras", async () => {
    const schema = {
      type: "object",
      properties: { queue: { type: "string" } },
      required: ["queue"],
      additionalProperties: false,
    };
    for (const kind of ["openai", "openai-compatible"] as const) {
      const { sent: got } = await send(
        { kind, baseUrl: `${origin}/v1`, apiKeyEnv: "KEY" },
        { responseFormat: { type: "json", name: "triage", schema }, parameters: { seed: 7, extra: { user: "u-1" } } },
      );
      expect(got.body).toMatchObject({
        seed: 7,
        user: "u-1",
        response_format: { type: "json_schema", json_schema: { name: "triage", schema } },
      });
    }
    expect(Object.keys(schema)).toHaveLength(4);
  });

  it("tells what a model does not take", async () => {
    const { result, sent: got } = await send(
      { kind: "openai", baseUrl: `${origin}/v1`, apiKeyEnv: "KEY" },
      {},
      "gpt-5.1",
    );
    expect(got.body.temperature).toBeUndefined();
    expect(result.warnings.join("\n")).toMatch(/temperature/);
  });
});

describe("a provider package that is not installed", () => {
  it("is PACKAGE_MISSING with the command that installs it", async () => {
    const name = "@ai-sdk/not-installed-here";
    await expect(loadOptional(name, 3, () => import(name))).rejects.toMatchObject({
      code: "PACKAGE_MISSING",
      hint: `npm i ${name}@3`,
    });
  });
});
