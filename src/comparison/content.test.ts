import { describe, expect, test } from "vitest";
import type { Agent } from "../registry/agent.schema.ts";
import type { Prompt } from "../registry/schema.ts";
import { contentChanges } from "./content.ts";

const prompt = (over: Partial<Prompt> = {}): Prompt => ({
  name: "p",
  modelParameters: { temperature: 0 },
  messages: [
    { role: "system", content: "Be brief.\nBe kind." },
    { role: "user", content: "{{q}}" },
  ],
  ...over,
});
const agent = (tools: unknown[]) => ({ name: "a", prompt: "p", limits: { maxSteps: 12 }, tools }) as unknown as Agent;
const side = (p: Prompt, a: Agent | null = null, model = "openai/m-1") => ({ prompt: p, agent: a, model });

describe("what changed between two artifacts", () => {
  test("nothing", () => expect(contentChanges(side(prompt()), side(prompt()))).toEqual([]));

  test("the model pin in force", () =>
    expect(contentChanges(side(prompt()), side(prompt(), null, "openai/m-2"))).toEqual([
      { path: "model", control: "openai/m-1", candidate: "openai/m-2" },
    ]));

  test("a parameter that was added", () =>
    expect(contentChanges(side(prompt()), side(prompt({ modelParameters: { temperature: 0, maxTokens: 9 } })))).toEqual(
      [{ path: "modelParameters.maxTokens", control: undefined, candidate: 9 }],
    ));

  test("a message, line by line", () => {
    const changed = prompt({
      messages: [
        { role: "system", content: "Be brief.\nBe very kind.\nBe done." },
        { role: "user", content: "{{q}}" },
      ],
    });
    const [change, ...rest] = contentChanges(side(prompt()), side(changed));
    expect(rest).toEqual([]);
    expect(change?.path).toBe("messages[0].content");
    expect(change?.lines).toEqual([
      { op: " ", text: "Be brief." },
      { op: "-", text: "Be kind." },
      { op: "+", text: "Be very kind." },
      { op: "+", text: "Be done." },
    ]);
  });

  test("tools by name: a new first tool does not shift the others", () => {
    const refund = { name: "issue_refund", risk: "high" };
    const changes = contentChanges(
      side(prompt(), agent([refund])),
      side(prompt(), agent([{ name: "look_up" }, { ...refund, risk: "low" }])),
    );
    expect(changes.map((c) => c.path)).toEqual(["tools.issue_refund.risk", "tools.look_up"]);
  });

  test("an agent's limits, and the prompt it reads", () => {
    const after = { ...agent([]), limits: { maxSteps: 3 } } as Agent;
    const changes = contentChanges(
      side(prompt(), agent([])),
      side(prompt({ messages: [{ role: "user", content: "{{q}}" }] }), after),
    );
    expect(changes.map((c) => c.path)).toEqual([
      "messages[0].role",
      "messages[0].content",
      "messages[1]",
      "limits.maxSteps",
    ]);
  });
});
