import { describe, expect, it } from "vitest";
import type { Attributes, WireSpan } from "../wire/span.ts";
import { ALIASES } from "./aliases.ts";
import { factsOf } from "./facts.ts";

function span(attributes: Attributes, more: Partial<WireSpan> = {}): WireSpan {
  return { traceId: "a".repeat(32), spanId: "b".repeat(16), parentSpanId: null, name: "n", kind: "internal", startNano: "1", endNano: "2", attributes, events: [], links: [], status: { code: "unset" }, resource: {}, scope: { name: "" }, ...more }; // prettier-ignore
}

const tokens = (input: number, output: number, cached = 0, reasoning = 0, cacheWrite = 0) => ({ input, output, cached, cacheWrite, reasoning }); // prettier-ignore

describe("what attributes of each dialect say", () => {
  it.each<[string, Attributes, object]>([
    [
      "the current conventions",
      { "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "a", "gen_ai.response.model": "b", "gen_ai.usage.input_tokens": 9, "gen_ai.usage.output_tokens": 5, "gen_ai.usage.cache_read.input_tokens": 3, "gen_ai.usage.cache_creation.input_tokens": 1, "gen_ai.usage.reasoning.output_tokens": 2, "gen_ai.conversation.id": "s" },
      { kind: "model", provider: "openai", modelAsked: "a", modelAnswered: "b", tokens: tokens(9, 5, 3, 2, 1), session: "s" },
    ],
    [
      "the conventions as they were",
      { "gen_ai.system": "openai", "gen_ai.request.model": "a", "gen_ai.usage.prompt_tokens": "9", "gen_ai.usage.completion_tokens": "5" },
      { kind: "model", provider: "openai", tokens: tokens(9, 5) },
    ],
    [
      "the new key before the old one, whatever came first",
      { "gen_ai.usage.prompt_tokens": 1, "gen_ai.usage.input_tokens": 2, "gen_ai.system": "old", "gen_ai.provider.name": "new", "gen_ai.operation.name": "chat" },
      { provider: "new", tokens: tokens(2, 0) },
    ],
    ["a tool of the conventions", { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "t", "gen_ai.tool.call.id": "c" }, { kind: "tool", tool: "t", callId: "c" }],
    ["an agent of the conventions", { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "x" }, { kind: "agent", agent: "x" }],
    [
      "OpenInference",
      { "openinference.span.kind": "LLM", "llm.model_name": "a", "llm.token_count.prompt": 9, "llm.token_count.completion": 5, "llm.token_count.prompt_details.cache_read": 3, "llm.token_count.completion_details.reasoning": 2, "llm.cost.total": 0.5, "user.id": "u", "session.id": "s" },
      { kind: "model", modelAsked: "a", tokens: tokens(9, 5, 3, 2), costSaid: 0.5, user: "u", session: "s" },
    ],
    ["OpenInference's tool", { "openinference.span.kind": "TOOL", "tool.name": "t", "tool_call.id": "c" }, { kind: "tool", tool: "t", callId: "c" }],
    ["OpenInference's retriever", { "openinference.span.kind": "RETRIEVER" }, { kind: "retrieval" }],
    ["OpenInference's chain is a step", { "openinference.span.kind": "CHAIN" }, { kind: "other" }],
    [
      "the AI SDK's call",
      { "ai.operationId": "ai.generateText.doGenerate", "ai.model.id": "a", "ai.response.model": "b", "ai.usage.promptTokens": 9, "ai.usage.completionTokens": 5, "ai.usage.cachedInputTokens": 3, "ai.usage.reasoningTokens": 2 },
      { kind: "model", modelAsked: "a", modelAnswered: "b", tokens: tokens(9, 5, 3, 2) },
    ],
    ["the AI SDK's span around it is the agent", { "ai.operationId": "ai.streamText", "ai.telemetry.functionId": "f" }, { kind: "agent", agent: "f" }],
    ["the AI SDK's tool", { "ai.operationId": "ai.toolCall", "ai.toolCall.name": "t", "ai.toolCall.id": "c" }, { kind: "tool", tool: "t", callId: "c" }],
    ["Google's ADK", { "gcp.vertex.agent.session_id": "s", "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "t" }, { kind: "tool", session: "s", tool: "t" }],
    [
      "Traceloop",
      { "llm.request.type": "chat", "gen_ai.request.model": "a", "gen_ai.prompt.0.role": "user", "gen_ai.usage.cache_read_input_tokens": 3, "gen_ai.usage.input_tokens": 9, "llm.usage.reasoning_tokens": 2, "llm.usage.total_tokens": 14 },
      { kind: "model", tokens: tokens(9, 0, 3, 2) },
    ],
    ["Traceloop's workflow", { "traceloop.span.kind": "workflow", "traceloop.association.properties.user_id": "u" }, { kind: "agent", user: "u" }],
    ["Pydantic AI's agent has its calls' tokens and is none", { agent_name: "x", model_name: "a", "gen_ai.usage.input_tokens": 9 }, { kind: "agent", agent: "x", modelAsked: "a" }],
    ["Pydantic AI's tool and cost", { "gen_ai.tool.name": "t", tool_arguments: "{}", "operation.cost": 0.25 }, { kind: "tool", tool: "t", costSaid: 0.25 }],
    ["Langfuse's types, where nothing else says", { "langfuse.observation.type": "generation", "langfuse.user.id": "u" }, { kind: "model", user: "u" }],
    ["an agent that Langfuse makes of create_agent is a step", { "gen_ai.operation.name": "create_agent", "langfuse.observation.type": "agent" }, { kind: "other" }],
    ["what agentops itself is told", { "agentops.target": "agents/x", "agentops.success": "false", "agentops.cost.usd": 0, "agentops.confidence": "0.5" }, { target: "agents/x", success: false, costSaid: 0, confidence: 0.5 }],
    ["a success that is no truth is unknown", { "agentops.success": "maybe" }, { kind: "other" }],
  ])("%s", (_, attributes, facts) => {
    for (const pairs of [Object.entries(attributes), Object.entries(attributes).reverse()]) {
      const read = factsOf(span(Object.fromEntries(pairs)));
      expect(read).toMatchObject(facts);
      expect(read.notUnderstood).toBeUndefined();
      if (!("success" in facts)) expect(read.success).toBeUndefined();
    }
  }); // prettier-ignore

  it.each([-1, "x", "", "NaN", "Infinity", null, true, [3], { a: 1 }])("no count is made of %j", (value) => {
    expect(factsOf(span({ "gen_ai.usage.input_tokens": value, "agentops.cost.usd": value }))).not.toHaveProperty("tokens"); // prettier-ignore
  });

  it("counts what no line has, names like those of objects too", () => {
    const unknown: string[] = [];
    const attributes = Object.fromEntries(
      ["my.key", "constructor", "__proto__", "http.route"].map((key) => [key, "x"]),
    );
    expect(factsOf(span(attributes), (key) => unknown.push(key)).notUnderstood).toBe(3);
    expect(unknown.sort()).toEqual(["__proto__", "constructor", "my.key"]);
  });

  it("takes from the resource who it is, and the span's own word first", () => {
    const resource = { "user.id": "r", "session.id": "r" };
    expect(factsOf(span({ "user.id": "own" }, { resource }))).toMatchObject({ user: "own", session: "r" });
  });

  it("has each key once", () => {
    expect(new Set(ALIASES.map(([key]) => key)).size).toBe(ALIASES.length);
  });
});
