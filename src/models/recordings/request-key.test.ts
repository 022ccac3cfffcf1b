import { describe, expect, it } from "vitest";
import { digestOf } from "../../core/canonical.ts";
import type { ModelRequest } from "../client/client.ts";
import { recordingKey, requestKey } from "./request-key.ts";

const base: ModelRequest = {
  messages: [
    { role: "system", content: 'Say "é"\n\u0001' },
    { role: "user", content: "hi" },
  ],
  parameters: { temperature: 0, maxTokens: 5, topP: undefined, extra: { b: 1, a: [true, null] } },
};
const tools = [{ name: "t", description: "d", inputSchema: { type: "object", properties: {} } }];

describe("request keys", () => {
  it.each([
    ["a plain request", base],
    ["tools", { ...base, tools }],
    ["a response format", { ...base, tools, responseFormat: { type: "json", schema: { type: "object" } } }],
  ] as [string, ModelRequest][])("with %s are core's digest of the same value", (_title, request) => {
    const { messages, parameters, tools: t, responseFormat } = request;
    const whole = {
      pin: "p/m",
      messages,
      parameters,
      trial: 2,
      ...(t && { tools: t }),
      ...(responseFormat && { responseFormat }),
    };
    expect(recordingKey("p/m", request, 2)).toBe(digestOf(whole));
  });

  it("differ by everything that can change the answer, and by nothing else", () => {
    const other = (change: Partial<ModelRequest>) => recordingKey("p/m", { ...base, ...change }, 0);
    const keys = [
      other({}),
      recordingKey("p/n", base, 0),
      recordingKey("p/m", base, 1),
      other({ parameters: { temperature: 1 } }),
      other({ tools }),
      other({ responseFormat: { type: "json" } }),
      other({ messages: [{ role: "user", content: "hi" }] }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    // An agent answers its variables too; two cases with equal messages are two recordings.
    expect(other({ vars: { a: 1 } })).not.toBe(other({ vars: { a: 2 } }));
    expect(other({ parameters: { extra: { a: [true, null], b: 1 }, maxTokens: 5, temperature: 0 } })).toBe(keys[0]);
  });

  it("accept text that is not well-formed Unicode", () => {
    expect(recordingKey("p/m", { ...base, messages: [{ role: "user", content: "\ud800" }] }, 0)).toMatch(/^sha256:/);
  });

  it("of the store know the address, but not the key's name or the limits", () => {
    const at = (baseUrl: string, more = {}) =>
      requestKey("p/m", { kind: "openai-compatible", baseUrl, ...more }, base, 0);
    expect(at("http://a/v1")).not.toBe(at("http://b/v1"));
    expect(at("http://a/v1", { apiKeyEnv: "K", limits: { concurrency: 2 } })).toBe(at("http://a/v1"));
    expect(requestKey("p/m", { kind: "openai", api: "responses" }, base, 0)).not.toBe(
      requestKey("p/m", { kind: "openai" }, base, 0),
    );
  });
});
