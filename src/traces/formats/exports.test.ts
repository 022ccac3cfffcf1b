import { describe, expect, it } from "vitest";
import { readJaeger } from "./jaeger.ts";
import { readLangfuse } from "./langfuse.ts";
import { readTempo } from "./tempo.ts";

const [TRACE, SPAN, OTHER] = ["5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174", "aaa19b7ec3c1b174"];

describe("Tempo", () => {
  const spans = [{ traceId: TRACE, spanId: SPAN, startTimeUnixNano: "1", endTimeUnixNano: "1" }];
  const table: Record<string, object> = {
    "batches with scopes": { batches: [{ scopeSpans: [{ scope: { name: "s" }, spans }] }] },
    "batches with libraries": { batches: [{ instrumentationLibrarySpans: [{ instrumentationLibrary: { name: "s" }, spans }] }] },
    "a trace with resource spans": { trace: { resourceSpans: [{ scopeSpans: [{ scope: { name: "s" }, spans }] }] } },
    "a trace with batches": { trace: { batches: [{ scopeSpans: [{ scope: { name: "s" }, spans }] }] } },
  }; // prettier-ignore
  it.each(Object.entries(table))("answers %s", (_, value) => {
    expect(readTempo(value)).toMatchObject({ spans: [{ spanId: SPAN, scope: { name: "s" } }], rejected: [] });
  });
});

describe("Jaeger", () => {
  const GOOD = {
    traceID: TRACE,
    spanID: SPAN,
    operationName: "x",
    startTime: 1771237534577907,
    duration: 5510,
    processID: "p1",
  };
  const processes = { p1: { serviceName: "svc", tags: [{ key: "host", type: "string", value: "h" }] } };
  const read = (span: object) => readJaeger({ data: [{ traceID: TRACE, spans: [{ ...GOOD, ...span }], processes }] });
  const tag = (key: string, value: unknown, type = "string") => ({ key, type, value });
  const reference = (refType: string, spanID: string, traceID = TRACE) => ({ refType, traceID, spanID });

  const table: Record<string, [object, object]> = {
    "has microseconds": [{}, { startNano: "1771237534577907000", endNano: "1771237534583417000", name: "x" }],
    "has its process for a resource": [{}, { resource: { host: "h", "service.name": "svc" } }],
    "may have its process within": [{ processID: undefined, process: { serviceName: "own" } }, { resource: { "service.name": "own" } }],
    "may have a trace id of 64 bits": [{ traceID: "d269b633813fc60c" }, { traceId: "0000000000000000d269b633813fc60c" }],
    "may have lost its first zeros": [{ spanID: "1b174" }, { spanId: "000000000001b174" }],
    "is a child": [{ references: [reference("CHILD_OF", OTHER)] }, { parentSpanId: OTHER, links: [] }],
    "is a child first, and follows": [
      { references: [reference("FOLLOWS_FROM", SPAN), reference("CHILD_OF", OTHER)] },
      { parentSpanId: OTHER, links: [{ traceId: TRACE, spanId: SPAN, attributes: { "opentracing.ref_type": "follows_from" } }] },
    ],
    "may only follow": [{ references: [reference("FOLLOWS_FROM", OTHER)] }, { parentSpanId: OTHER }],
    "links to another trace": [{ references: [reference("CHILD_OF", OTHER, "ff".repeat(16))] }, { parentSpanId: null, links: [{ spanId: OTHER }] }],
    "may have its parent the old way": [{ parentSpanID: OTHER }, { parentSpanId: OTHER }],
    "has tags that are fields of a span": [
      { tags: [tag("span.kind", "client"), tag("otel.status_code", "OK"), tag("otel.scope.name", "s"), tag("otel.scope.version", "1"), tag("w3c.tracestate", "a=b")] },
      { kind: "client", status: { code: "ok" }, scope: { name: "s", version: "1" }, traceState: "a=b", attributes: {} },
    ],
    "is an error by OpenTelemetry's tags": [
      { tags: [tag("error", true, "bool"), tag("otel.status_code", "ERROR"), tag("otel.status_description", "no")] },
      { status: { code: "error", message: "no" }, attributes: {} },
    ],
    "is an error by OpenTracing's tag": [{ tags: [tag("error", "timeout")] }, { status: { code: "error" }, attributes: { error: "timeout" } }],
    "is no error that is false": [{ tags: [tag("error", false, "bool")] }, { status: { code: "unset" }, attributes: {} }],
    "has tags of every type": [
      { tags: [tag("i", "5", "int64"), tag("f", "0.5", "float64"), tag("b", "true", "bool"), tag("n", 7, "int64"), tag("big", "9007199254740993", "int64")] },
      { attributes: { i: 5, f: 0.5, b: true, n: 7, big: "9007199254740993" } },
    ],
    "has logs": [
      { logs: [{ timestamp: 1771237534577908, fields: [tag("event", "exception"), tag("exception.type", "E")] }, { timestamp: 1771237534577909, fields: [] }] },
      {
        events: [
          { name: "exception", atNano: "1771237534577908000", attributes: { "exception.type": "E" } },
          { name: "log", atNano: "1771237534577909000", attributes: {} },
        ],
      },
    ],
  }; // prettier-ignore
  it.each(Object.entries(table))("a span %s", (_, [raw, expected]) => {
    const { spans, rejected } = read(raw);
    expect(rejected).toEqual([]);
    expect(spans[0]).toMatchObject(expected);
  });

  it.each([
    [{ startTime: "soon" }, "the start cannot be read"],
    [{ duration: -5 }, "the duration cannot be read"],
    [{ spanID: "0" }, "no span id, or one of zeros"],
    [{ traceID: "x" }, "the trace id is not 16 bytes of hex or base64"],
    [{ tags: [{ value: 1 }] }, "a tag without a key"],
  ])("%j is left out", (raw, reason) => {
    expect(read(raw)).toEqual({ spans: [], rejected: [reason] });
  });
});

describe("Langfuse", () => {
  const TIMES = { startTime: "2025-06-06T11:31:33.965Z", endTime: "2025-06-06T11:31:34.610Z" };
  const observation = {
    id: SPAN,
    traceId: TRACE,
    parentObservationId: null,
    type: "SPAN",
    name: "x",
    level: "DEFAULT",
    ...TIMES,
  };
  const read = (raw: object, trace: object = {}) =>
    readLangfuse({ trace: { id: TRACE, ...trace }, observations: [{ ...observation, ...raw }] });
  const spanOf = (raw: object, trace?: object) => {
    const { spans, rejected } = read(raw, trace);
    expect(rejected).toEqual([]);
    return spans[0]!;
  };
  const otel = (attributes: object) => ({
    metadata: { attributes, resourceAttributes: { "service.name": "s" }, scope: { name: "lib", version: "1" } },
  });

  const table: Record<string, [object, object]> = {
    "is a model call": [
      { type: "GENERATION", model: "m", usageDetails: { input: 3, output: 4, total: 7 }, totalCost: 0.5, input: [{ role: "user", content: "Hi" }], output: "Ho" },
      {
        "langfuse.observation.type": "generation", "gen_ai.operation.name": "chat", "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": 3, "gen_ai.usage.output_tokens": 4, "agentops.cost.usd": 0.5,
        "gen_ai.input.messages": '[{"role":"user","content":"Hi"}]',
        "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Ho"}]}]',
      },
    ],
    "is a tool call": [
      { type: "TOOL", name: "refund", input: { order: 7 }, output: "done" },
      {
        "langfuse.observation.type": "tool", "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "refund",
        "gen_ai.tool.call.arguments": '{"order":7}', "gen_ai.tool.call.result": "done",
      },
    ],
    "is a step": [{ input: "a", output: { b: 1 } }, { "langfuse.observation.type": "span", "input.value": "a", "output.value": '{"b":1}' }],
    "says nothing twice": [
      {
        type: "GENERATION", model: "m", usageDetails: { input: 3 }, input: "Hi", output: "Ho",
        ...otel({ "llm.model_name": "m", "llm.token_count.prompt": "3", "input.value": "Hi", "llm.output_messages.0.message.content": "Ho", "openinference.span.kind": "LLM" }),
      },
      {
        "llm.model_name": "m", "llm.token_count.prompt": "3", "input.value": "Hi", "llm.output_messages.0.message.content": "Ho",
        "openinference.span.kind": "LLM", "langfuse.observation.type": "generation",
      },
    ],
    "keeps what else was in its metadata": [{ metadata: '{"langgraph_node":"agent"}' }, { "langfuse.observation.type": "span", "langfuse.observation.metadata.langgraph_node": "agent" }],
  }; // prettier-ignore
  it.each(Object.entries(table))("an observation %s", (_, [raw, attributes]) => {
    expect(spanOf(raw).attributes).toEqual(attributes);
  });

  it("has resource and scope in the metadata, as text or not", () => {
    const { metadata } = otel({});
    for (const each of [metadata, JSON.stringify(metadata)])
      expect(spanOf({ metadata: each })).toMatchObject({
        resource: { "service.name": "s" },
        scope: { name: "lib", version: "1" },
      });
  });

  it("has the user, the session and the trace's own on the root", () => {
    const trace = { userId: "u", sessionId: "s", name: "t", tags: ["a"], version: "1", metadata: { plan: "pro" } };
    expect(spanOf({}, trace).attributes).toEqual({
      "langfuse.observation.type": "span", "user.id": "u", "session.id": "s", "langfuse.trace.name": "t",
      "langfuse.trace.tags": ["a"], "langfuse.version": "1", "langfuse.trace.metadata.plan": "pro",
    }); // prettier-ignore
  });

  it("has errors, and moments without an end", () => {
    expect(spanOf({ level: "ERROR", statusMessage: "no", endTime: null })).toMatchObject({
      status: { code: "error", message: "no" },
      startNano: "1749209493965000000",
      endNano: "1749209493965000000",
    });
  });

  it("has ids that were no hex, and a parent under one of them", () => {
    const parent = { ...observation, id: "root", traceId: "order-7" };
    const child = { ...observation, id: "child", traceId: "order-7", parentObservationId: "root" };
    const { spans } = readLangfuse({ trace: { id: "order-7" }, observations: [parent, child] });
    expect(spans[1]!.parentSpanId).toBe(spans[0]!.spanId);
    expect(spans[0]!.attributes).toMatchObject({
      "agentops.source.traceId": "order-7",
      "agentops.source.spanId": "root",
    });
  });

  it.each<[string, unknown]>([
    ["a trace with its observations", { id: TRACE, observations: [observation] }],
    ["a list of traces", [{ id: TRACE, observations: [observation] }]],
    ["a page of observations", { data: [observation], meta: {} }],
    ["an observation a line", observation],
  ])("answers also %s", (_, value) => {
    expect(readLangfuse(value)).toMatchObject({ spans: [{ traceId: TRACE, spanId: SPAN }], rejected: [] });
  });

  it.each([
    [{ id: null }, "no span id"],
    [{ startTime: "x" }, 'the start cannot be read: "x"'],
    [{ endTime: "2020-01-01T00:00:00Z" }, "it ends before it starts"],
  ])("%j is left out", (raw, reason) => {
    expect(read(raw)).toEqual({ spans: [], rejected: [reason] });
  });
});
