import { expect, test } from "vitest";
import { changedParts, changedTogether, type Part, type Parted } from "./parts.ts";

const BASE: Parted = {
  prompt: { name: "p", messages: [{ role: "user", content: "hi" }], modelParameters: { temperature: 0 } },
  agent: { name: "a", tools: [{ name: "t", inputSchema: {} }], limits: { maxSteps: 3 } },
  model: "openai/gpt-4o-2024-08-06",
};
const words = { ...BASE.prompt, messages: [{ role: "user", content: "hello" }] };

test.each<[string, Partial<Parted>, Part[]]>([
  ["nothing", {}, []],
  ["a name", { prompt: { ...BASE.prompt, name: "q", description: "d" } }, []],
  ["the order of keys", { prompt: Object.fromEntries(Object.entries(BASE.prompt).reverse()) }, []],
  ["the words", { prompt: words }, ["prompt"]],
  ["the model", { model: "openai/gpt-4.1-2025-04-14" }, ["model"]],
  ["a tool", { agent: { ...BASE.agent, tools: [] } }, ["tools"]],
  ["a parameter", { prompt: { ...BASE.prompt, modelParameters: { temperature: 1 } } }, ["settings"]],
  ["words and model", { prompt: words, model: null }, ["prompt", "model"]],
  ["a prompt that becomes an agent", { agent: null }, ["tools", "settings"]],
])("%s", (_name, change, parts) => {
  const candidate = { ...BASE, ...change };
  expect(changedParts(BASE, candidate)).toEqual(parts);
  expect(changedTogether(BASE, candidate)).toEqual(parts.length > 1 ? parts : []);
});
