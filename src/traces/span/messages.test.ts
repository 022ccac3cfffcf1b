import { describe, expect, it } from "vitest";
import type { Attributes, Value, WireSpan } from "../wire/span.ts";
import { contentsOf } from "./contents.ts";

function contents(attributes: Attributes, events: WireSpan["events"] = []) {
  return contentsOf({ traceId: "a".repeat(32), spanId: "b".repeat(16), parentSpanId: null, name: "n", kind: "internal", startNano: "1", endNano: "2", attributes, events, links: [], status: { code: "unset" }, resource: {}, scope: { name: "" } }); // prettier-ignore
}

const text = (role: string, content: string) => ({ role, parts: [{ type: "text", content }] });
const call = (id: string | null, name: string, args: Value) => ({ role: "assistant", parts: [{ type: "tool_call", id, name, arguments: args }] }); // prettier-ignore
const result = (id: string | null, value: Value) => ({ role: "tool", parts: [{ type: "tool_call_response", id, result: value }] }); // prettier-ignore
const spread = (prefix: string, more: Attributes) =>
  Object.fromEntries(Object.entries(more).map(([key, value]) => [prefix + key, value]));

describe("messages of each dialect", () => {
  it.each<[string, Attributes, unknown[], unknown[]]>([
    [
      "the conventions' JSON",
      { "gen_ai.system_instructions": '[{"type":"text","content":"be nice"}]', "gen_ai.input.messages": JSON.stringify([text("user", "hi"), result("c", 1)]), "gen_ai.output.messages": JSON.stringify([call("c", "t", { x: 1 })]) },
      [text("system", "be nice"), text("user", "hi"), result("c", 1)],
      [call("c", "t", { x: 1 })],
    ],
    [
      "OpenInference's spread keys, with a place left out",
      spread("llm.", { "input_messages.0.message.role": "user", "input_messages.0.message.content": "hi", "input_messages.7.message.role": "tool", "input_messages.7.message.content": "[1]", "input_messages.7.message.tool_call_id": "c", "output_messages.0.message.role": "assistant", "output_messages.0.message.tool_calls.0.tool_call.id": "c", "output_messages.0.message.tool_calls.0.tool_call.function.name": "t", "output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"x":1}' }),
      [text("user", "hi"), result("c", [1])],
      [call("c", "t", { x: 1 })],
    ],
    [
      "Traceloop's spread keys",
      spread("gen_ai.", { "prompt.0.role": "user", "prompt.0.content": "hi", "prompt.1.role": "tool", "prompt.1.tool_call_id": "c", "prompt.1.content": "fine", "completion.0.role": "assistant", "completion.0.tool_calls.0.id": "c", "completion.0.tool_calls.0.name": "t", "completion.0.tool_calls.0.arguments": "{}" }),
      [text("user", "hi"), result("c", "fine")],
      [call("c", "t", {})],
    ],
    [
      "the AI SDK's",
      { "ai.prompt.messages": '[{"role":"user","content":[{"type":"text","text":"hi"}]},{"role":"tool","content":[{"type":"tool-result","toolCallId":"c","result":2}]}]', "ai.response.text": "", "ai.response.toolCalls": '[{"toolCallId":"c","toolName":"t","args":"{}"}]' },
      [text("user", "hi"), result("c", 2)],
      [call("c", "t", {})],
    ],
    [
      "Google's request and answer",
      { "gcp.vertex.agent.llm_request": '{"config":{"system_instruction":"be nice"},"contents":[{"role":"user","parts":[{"text":"hi"}]},{"role":"user","parts":[{"function_response":{"id":"c","response":{"a":1}}}]}]}', "gcp.vertex.agent.llm_response": '{"content":{"role":"model","parts":[{"function_call":{"id":"c","name":"t","args":{}}}]}}' },
      [text("system", "be nice"), text("user", "hi"), { role: "user", parts: result("c", { a: 1 }).parts }],
      [call("c", "t", {})],
    ],
    [
      "Pydantic AI's events",
      { events: '[{"role":"system","content":"be nice","event.name":"gen_ai.system.message"},{"role":"user","content":"hi","event.name":"gen_ai.user.message"}]' },
      [text("system", "be nice"), text("user", "hi")],
      [],
    ],
    ["broken JSON stays a text", { "gen_ai.input.messages": '[{"role":' }, [text("user", '[{"role":')], []],
    ["a list of what are no messages is kept as it is", { "gen_ai.input.messages": "[1,2]" }, [{ role: "user", parts: [{ type: "other", value: [1, 2] }] }], []],
    ["a place of a thousand million makes no list", { "llm.input_messages.999999999.message.role": "user", "llm.input_messages.999999999.message.content": "x" }, [], []],
    ["keys that go too deep are left out", { [`llm.input_messages.${"0.".repeat(50)}x`]: "y", "llm.input_messages.0.message.content": "x" }, [text("user", "x")], []],
  ])("%s", (_, attributes, given, gave) => {
    const read = contents(attributes);
    expect(read.inputMessages).toEqual(given);
    expect(read.outputMessages).toEqual(gave);
  }); // prettier-ignore

  it("as events of 2024", () => {
    const events = [
      { name: "gen_ai.user.message", atNano: "1", attributes: { content: "hi" } },
      { name: "gen_ai.choice", atNano: "2", attributes: { message: { role: "assistant", content: "yes" } } },
    ];
    const read = contents({}, events);
    expect([read.inputMessages, read.outputMessages]).toEqual([[text("user", "hi")], [text("assistant", "yes")]]);
  });

  it("of hostile names touch no prototype", () => {
    contents({ "llm.input_messages.__proto__.polluted": "x", "gen_ai.prompt.constructor.prototype.polluted": "x" });
    contents({ "gen_ai.input.messages": '[{"__proto__":{"polluted":"x"},"role":"user","content":"x"}]' });
    expect({}).not.toHaveProperty("polluted");
  });

  it("of requests within requests, 5,000 deep, end", () => {
    const deep = `${'{"messages":[],"system":'.repeat(5000)}"x"${"}".repeat(5000)}`;
    expect(() => contents({ "gen_ai.input.messages": deep })).not.toThrow();
  });

  it("has the documents of a retrieval where nothing else was given", () => {
    expect(contents({ "retrieval.documents.0.document.content": "x" }).output).toEqual([{ document: { content: "x" } }]); // prettier-ignore
  });
});
