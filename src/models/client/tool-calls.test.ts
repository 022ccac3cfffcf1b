import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { normalizeToolCalls } from "./tool-calls.ts";

describe("tool calls in the shapes people record them", () => {
  it.each([
    ["name and arguments", [{ name: "a", arguments: { x: 1 } }], [{ name: "a", arguments: { x: 1 } }]],
    [
      "args, kwargs, input",
      ["args", "kwargs", "input"].map((k) => ({ name: "a", [k]: { x: 1 } })),
      Array(3).fill({ name: "a", arguments: { x: 1 } }),
    ],
    [
      "OpenAI's function",
      [{ id: "c1", type: "function", function: { name: "a", arguments: '{"x":1}' } }],
      [{ id: "c1", name: "a", arguments: { x: 1 } }],
    ],
    [
      "Anthropic's tool_use",
      [{ type: "tool_use", id: "t", name: "a", input: { x: 1 } }],
      [{ id: "t", name: "a", arguments: { x: 1 } }],
    ],
    ["arguments that are no JSON", [{ name: "a", arguments: "{x" }], [{ name: "a", arguments: "{x" }]],
    [
      "no arguments at all",
      [{ name: "a" }, { name: "b", arguments: "" }],
      [
        { name: "a", arguments: {} },
        { name: "b", arguments: {} },
      ],
    ],
    ["what has no name", [{ arguments: {} }, null, "text", 7], []],
    ["not a list", { name: "a" }, []],
    [
      "a conversation",
      [
        { role: "system", content: "s" },
        { role: "assistant", content: null, tool_calls: [{ id: "1", function: { name: "a", arguments: "{}" } }] },
        { role: "tool", name: "a", content: "r" },
        { role: "user", content: "u", tool_calls: [{ name: "not-the-agent", arguments: {} }] },
        {
          role: "assistant",
          content: [
            { type: "text", text: "t" },
            { type: "tool_use", name: "b", input: {} },
          ],
        },
        { role: "assistant", tool_calls: [{ name: "user-tool", arguments: {}, requestor: "user" }] },
      ],
      [
        { id: "1", name: "a", arguments: {} },
        { name: "b", arguments: {} },
      ],
    ],
  ] as [string, unknown, unknown][])("%s", (_title, given, expected) => {
    expect(normalizeToolCalls(given)).toEqual(expected);
  });
});

const DATA = findUpwards("shared/data");
const files = ["tau-bench", "tau2-runs"].flatMap((folder) =>
  DATA === undefined
    ? []
    : readdirSync(join(DATA, folder))
        .filter((f) => f.endsWith(".traces.jsonl"))
        .map((f) => join(folder, f)),
);

describe.skipIf(DATA === undefined)("tool calls of recorded agent runs", () => {
  it.each(files)("%s: as many as the run says, in every row", (file) => {
    const rows = readFileSync(join(DATA as string, file), "utf8")
      .trim()
      .split("\n")
      .map((l) => JSON.parse(l));
    const wrong = rows.filter(
      (row) => normalizeToolCalls(row.messages).length !== (row.n_tool_calls ?? row.n_agent_tool_calls),
    );
    expect(rows.length).toBeGreaterThan(10);
    expect(wrong.map((r) => r.trace_id)).toEqual([]);
  });
});

function findUpwards(path: string): string | undefined {
  for (let dir = dirname(fileURLToPath(import.meta.url)); dirname(dir) !== dir; dir = dirname(dir)) {
    if (existsSync(join(dir, path))) return join(dir, path);
  }
  return undefined;
}
