import { expect, test } from "vitest";
import { agentAnswer } from "./protocol.ts";

const REFUND = [{ name: "refund", arguments: {} }];

test.each([
  { tool_calls: [{ name: "refund" }] },
  { tool_calls: [{ type: "function", function: { name: "refund", arguments: "{}" } }] },
  { toolCalls: [], tool_calls: [{ function: { name: "refund" } }] },
  { toolCalls: ["refund"] },
  { toolCalls: { name: "refund" }, tool_calls: [{ function: { name: "refund", arguments: "" } }] },
  { toolCalls: '[{"name":"refund"}]' },
])("calls are read under our name and under OpenAI's: %j", (said) => {
  expect(agentAnswer({ output: "x", ...said }).toolCalls).toEqual(REFUND);
});

test.each([
  { toolCalls: [{ nam: "refund" }] },
  { tool_calls: [{ name: "look" }, { function: { nam: "refund" } }] },
  { tool_calls: [{ type: "function", function: {} }] },
  { toolCalls: [{ type: "tool_use", tool: "refund" }] },
  { toolCalls: "refund" },
  { toolCalls: 1 },
  { toolCalls: [{ role: "assistant", tool_calls: [{ nam: "refund" }] }] },
  { toolCalls: [{ name: "look" }], tool_calls: [{ name: "refund" }] },
])("calls that are not understood are an error, not calls that were never made: %j", (said) => {
  expect(() => agentAnswer({ output: "x", ...said })).toThrow("the agent's toolCalls are not understood");
});

test.each(["", false, null])("an error %j is none", (error) => {
  expect(agentAnswer({ output: "x", error }).output).toBe("x");
});
