import { expect, test } from "vitest";
import { changedKinds, type Contents, ownersOf } from "./changed.ts";

const TOOL = { name: "pay", inputSchema: { type: "object" }, authorize: "args.amountUsd < 10", limits: { perDay: 5 } };
const AGENT = {
  ...{ name: "desk", description: "d", owner: { team: "cx", contact: "ada@example.com" }, prompt: "desk" },
  ...{ model: "p/m-1", tools: [TOOL], limits: { maxSteps: 5 }, guards: { input: ["pii"] }, slos: ["quality"] },
  promptContent: {
    name: "desk",
    model: "p/m-0",
    messages: [{ role: "user", content: "x" }],
    agentops: { owner: "bob" },
  },
};
const CONFIG = {
  project: "x",
  models: { p: { kind: "offline" } },
  policy: { production: { approvals: 1 } },
  budgets: [],
};
const BEFORE: Contents = { artifact: AGENT, files: { config: CONFIG, slos: { "slos/q.yml": "target: 0.9" } } };

const agent = (change: object): Contents => ({ ...BEFORE, artifact: { ...AGENT, ...change } });
const tool = (change: object): Contents => agent({ tools: [{ ...TOOL, ...change }] });
const config = (change: object): Contents => ({ ...BEFORE, files: { config: { ...CONFIG, ...change }, slos: { "slos/q.yml": "target: 0.9" } } }); // prettier-ignore

test.each<[string, Contents, string[]]>([
  ["nothing", agent({}), []],
  ["words", agent({ description: "e", promptContent: { ...AGENT.promptContent, messages: [] } }), []],
  ["a model", agent({ model: "p/m-2" }), ["model"]],
  ["a model beside it", agent({ fallbackModels: ["p/m-3"] }), ["model"]],
  [
    "the model's parameters",
    agent({ promptContent: { ...AGENT.promptContent, modelParameters: { temperature: 1 } } }),
    ["model"],
  ],
  [
    "where the models are",
    config({ models: { p: { kind: "openai", baseUrl: "https://elsewhere.example" } } }),
    ["model"],
  ],
  ["what a tool takes", tool({ inputSchema: {} }), ["tools"]],
  ["when a tool may be called", tool({ authorize: "true" }), ["policy"]],
  ["how often a tool may be called", tool({ limits: { perDay: 50 } }), ["policy", "budget"]],
  ["one tool more", agent({ tools: [TOOL, { name: "refund", inputSchema: {} }] }), ["tools", "policy", "budget"]],
  ["a guard", agent({ guards: {} }), ["policy"]],
  ["who owns it", agent({ owner: { team: "mine" } }), ["policy"]],
  ["a key of a later release", agent({ mode: "shadow" }), ["policy"]],
  ["the rules of releases", config({ policy: {} }), ["policy"]],
  ["who gets a candidate first", config({ cohorts: { staff: { domain: "mail.com" } } }), ["policy"]],
  ["its objectives", agent({ slos: [] }), ["slo"]],
  ["a file of objectives", { ...BEFORE, files: { config: CONFIG, slos: { "slos/q.yml": "target: 0.5" } } }, ["slo"]],
  ["its limits", agent({ limits: { maxSteps: 50 } }), ["budget"]],
  ["a budget", config({ budgets: [{ name: "day", limitUsd: 5 }] }), ["budget"]],
  ["what cannot be compared", { ...BEFORE, files: null }, ["model", "policy", "slo", "budget"]],
])("%s changed: %j", (_, after, kinds) => {
  expect(changedKinds(BEFORE, after).sort()).toEqual([...kinds].sort());
  expect(changedKinds(after, BEFORE).sort()).toEqual([...kinds].sort());
});

test("where nothing is served all that is there is new; the config around it is as it was", () => {
  expect(changedKinds(null, BEFORE)).toEqual(["model", "tools", "policy", "slo", "budget"]);
  const { promptContent: prompt } = AGENT;
  expect(changedKinds(null, { artifact: prompt, files: { config: CONFIG, slos: {} } })).toEqual(["model"]);
});

test("who owns it, by any of the ways a file says so", () => {
  expect(ownersOf(BEFORE)).toEqual(["cx", "ada@example.com", "bob"]);
  expect(ownersOf({ artifact: AGENT.promptContent, files: null })).toEqual(["bob"]);
});
