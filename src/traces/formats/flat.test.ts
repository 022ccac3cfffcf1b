import { describe, expect, it } from "vitest";
import type { WireSpan } from "../wire/span.ts";
import { readFlat } from "./flat.ts";

const AT = "2026-03-01T10:00:00Z";
const NANO = "1772359200000000000";
const SECOND = 1_000_000_000n;

function spanOf(line: object): WireSpan {
  const { spans, rejected } = readFlat({ ts: AT, ...line });
  expect(rejected).toEqual([]);
  return spans[0]!;
}

describe("a moment", () => {
  const table: Record<string, [unknown, string]> = {
    "ISO 8601": [AT, NANO],
    "ISO 8601 with a zone": ["2026-03-01T12:00:00.123456789+02:00", "1772359200123456789"],
    "a zone without a colon": ["2026-03-01 12:00:00.5 +0200", "1772359200500000000"],
    "without a zone, which is UTC": ["2026-03-01 10:00:00", NANO],
    seconds: [1772359200, NANO],
    "seconds with a fraction": [1772359200.123456, "1772359200123456000"],
    "seconds as text": ["1772359200.123456789", "1772359200123456789"],
    milliseconds: [1772359200123, "1772359200123000000"],
    microseconds: [1772359200123456, "1772359200123456000"],
    "nanoseconds, as the exact parser has them": ["1772359200123456789", "1772359200123456789"],
  };
  it.each(Object.entries(table))("may be %s", (_, [ts, nano]) => {
    expect(spanOf({ ts }).startNano).toBe(nano);
  });

  it.each([[12.5], ["yesterday"], [""], [-1], [true], [{}], ["2026-13-01"], ["9".repeat(400)]])(
    "cannot be %j",
    (ts) => {
      expect(readFlat({ id: 1, ts })).toEqual({
        spans: [],
        rejected: [expect.stringMatching(/^(the start cannot be read|no time)/)],
      });
    },
  );
});

describe("a line's length", () => {
  const table: Record<string, [object, bigint]> = {
    "is nothing where nobody says it": [{}, 0n],
    "is up to its end": [{ end: "2026-03-01T10:00:02Z" }, 2n * SECOND],
    "is its milliseconds": [{ duration_ms: 1500 }, SECOND + SECOND / 2n],
    "is its latency": [{ latencyMs: "20.5" }, 20_500_000n],
    "is its seconds": [{ duration_s: 2 }, 2n * SECOND],
    "is nothing of a number without a unit": [{ duration: 2 }, 0n],
  };
  it.each(Object.entries(table))("%s", (_, [line, length]) => {
    const { startNano, endNano } = spanOf(line);
    expect(BigInt(endNano) - BigInt(startNano)).toBe(length);
  });

  it("goes back from the end where there is no start", () => {
    const { spans } = readFlat({ id: 1, end: AT, duration_ms: 1000 });
    expect([spans[0]!.startNano, spans[0]!.endNano]).toEqual([String(BigInt(NANO) - SECOND), NANO]);
  });

  it.each([[{ end: "2026-02-01" }], [{ duration_ms: -1 }], [{ duration_ms: "long" }], [{ duration_ms: 1e300 }]])(
    "%j is refused",
    (line) => {
      expect(readFlat({ ts: AT, ...line })).toEqual({ spans: [], rejected: [expect.any(String)] });
    },
  );
});

describe("ids", () => {
  it("in hex are themselves, in lower case", () => {
    const [traceId, spanId] = ["AB".repeat(16), "CD".repeat(8)];
    const span = spanOf({ trace_id: traceId, spanId, parent_id: "ef".repeat(8) });
    expect(span).toMatchObject({ traceId: "ab".repeat(16), spanId: "cd".repeat(8), parentSpanId: "ef".repeat(8) });
    expect(span.attributes).toEqual({ "agentops.source.traceId": traceId, "agentops.source.spanId": spanId });
  });

  it("of a UUID are its digits", () => {
    const trace_id = "0198a1b2-c3d4-7e5f-8091-a2b3c4d5e6f7";
    expect(spanOf({ trace_id }).traceId).toBe("0198a1b2c3d47e5f8091a2b3c4d5e6f7");
  });

  it("of another kind are made of what they are, and a child finds its parent", () => {
    const [parent, child] = readFlat([
      { ts: AT, traceId: "order-7", id: 1 },
      { ts: AT, traceId: "order-7", id: 2, parentId: "1" },
    ]).spans;
    expect(child!.parentSpanId).toBe(parent!.spanId);
    expect(child!.traceId).toBe(parent!.traceId);
    expect(parent!.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(parent!.attributes).toEqual({ "agentops.source.traceId": "order-7", "agentops.source.spanId": "1" });
  });

  it("that are missing are made of the line, the same at every import", () => {
    const [one, again, other] = [spanOf({ model: "m" }), spanOf({ model: "m" }), spanOf({ model: "n" })];
    expect([again.traceId, again.spanId]).toEqual([one.traceId, one.spanId]);
    expect(other.spanId).not.toBe(one.spanId);
    expect(one.attributes).not.toHaveProperty("agentops.source.spanId");
  });
});

describe("a line becomes", () => {
  const message = (role: string, content: string) => JSON.stringify([{ role, parts: [{ type: "text", content }] }]);
  const table: Record<string, [object, Partial<WireSpan>]> = {
    "a model call": [
      {
        type: "llm", model: "gpt-5", provider: "openai", prompt: "Hi", completion: "Hello", temperature: 0.2,
        input_tokens: 3, output_tokens: "4", cost_usd: 0.01, user: 7, session: "s", task_id: "t", version: 3, target: "svc",
      },
      {
        name: "chat gpt-5",
        kind: "client",
        attributes: {
          "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5", "gen_ai.provider.name": "openai",
          "gen_ai.input.messages": message("user", "Hi"), "gen_ai.output.messages": message("assistant", "Hello"),
          "gen_ai.request.temperature": 0.2, "gen_ai.usage.input_tokens": 3, "gen_ai.usage.output_tokens": 4,
          "agentops.cost.usd": 0.01, "user.id": "7", "session.id": "s", "agentops.task.id": "t", "agentops.version": "3",
          "agentops.target": "svc",
        },
      },
    ],
    "a model call without saying so": [{ model: "m" }, { name: "chat m", attributes: { "gen_ai.operation.name": "chat", "gen_ai.request.model": "m" } }],
    "a tool call": [
      { kind: "tool", tool: "refund", arguments: { order: 7 }, result: "done", tool_call_id: "c1" },
      {
        name: "execute_tool refund",
        kind: "internal",
        attributes: {
          "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "refund", "gen_ai.tool.call.id": "c1",
          "gen_ai.tool.call.arguments": '{"order":7}', "gen_ai.tool.call.result": "done",
        },
      },
    ],
    "an agent's run": [
      { agent: "support", name: "run", input: "Help", output: "Done", success: false, state: "failed" },
      {
        name: "run",
        attributes: {
          "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "support", "agentops.success": false, "agentops.state": "failed",
          "gen_ai.input.messages": message("user", "Help"), "gen_ai.output.messages": message("assistant", "Done"),
        },
      },
    ],
    "a guardrail": [{ type: "guardrail", input: "Hi" }, { attributes: { "agentops.kind": "guardrail", "input.value": "Hi" } }],
    "a span of OTLP's kind": [{ kind: "SPAN_KIND_SERVER" }, { kind: "server", attributes: {} }],
    "a step of the sender's own type": [{ type: "ReRank", name: "x" }, { name: "x", attributes: { type: "ReRank" } }],
    "tokens of a provider's usage": [
      { usage: { prompt_tokens: 9, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 5 }, total_tokens: 11 } },
      { attributes: { "gen_ai.usage.input_tokens": 9, "gen_ai.usage.output_tokens": 2, "gen_ai.usage.cache_read.input_tokens": 5 } },
    ],
    "messages that stay as they came": [
      { messages: [{ role: "user", content: "Hi" }], response: { choices: [{ message: { role: "assistant", content: "Ho" } }], usage: { prompt_tokens: 1 } } },
      {
        attributes: {
          "gen_ai.input.messages": '[{"role":"user","content":"Hi"}]', "gen_ai.output.messages": '[{"role":"assistant","content":"Ho"}]',
          "gen_ai.usage.input_tokens": 1,
        },
      },
    ],
    "an error of its text": [{ error: "too slow", error_type: "timeout" }, { status: { code: "error", message: "too slow" }, attributes: { "error.type": "timeout" } }],
    "an error of its object": [{ error: { type: "Timeout", message: "slow" } }, { status: { code: "error", message: "slow" }, attributes: { "error.type": "Timeout" } }],
    "an error of its status": [{ status: "failed" }, { status: { code: "error" } }],
    "fine where error is false or null": [{ error: null, err: false, status: "ok" }, { status: { code: "ok" }, attributes: {} }],
    "its own attributes and unknown keys": [
      { attributes: { "gen_ai.request.model": "m" }, region: "eu", nested: { a: [1, null] }, service: "shop" },
      { attributes: { "gen_ai.request.model": "m", region: "eu", nested: { a: [1, null] } }, resource: { "service.name": "shop" } },
    ],
    "nothing of a key that two meanings share": [{ input: "a", prompt: "b" }, { attributes: { "gen_ai.input.messages": message("user", "b"), input: "a" } }],
  }; // prettier-ignore
  it.each(Object.entries(table))("%s", (_, [line, expected]) => {
    const span = spanOf({ trace_id: "ab".repeat(16), span_id: "cd".repeat(8), ...line });
    expect(span).toEqual({ ...span, ...expected });
  });
});
