import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { agentops, put, type Ran, sampleRepository } from "../../../testing/project.ts";
import { newStoreAddress, withStore } from "../../../testing/store.ts";
import type { StoreAddress } from "../../../state/address.ts";
import { traceImportSchema, traceSchema, tracesSchema } from "../../../traces/schema.ts";

let dir = "";
let store: StoreAddress;
let env: NodeJS.ProcessEnv;
const trace = (...args: string[]): Promise<Ran> => agentops(dir, ["trace", ...args], env);

beforeEach(async () => {
  if (dir === "") dir = await sampleRepository();
  store = await newStoreAddress();
  env = { AGENTOPS_STORE: store.location, AGENTOPS_MARKERS: store.markers ?? "" };
});

const AT = "2026-11-20T10:00:0";
const root = { trace_id: "t1", span_id: "a", name: "run", type: "agent", agent: "refund-desk", start: `${AT}0Z`, duration_ms: 4200 }; // prettier-ignore
const call = { trace_id: "t1", span_id: "b", parent_id: "a", name: "chat", type: "llm", model: "gpt-4o-2024-08-06", provider: "openai", start: `${AT}1Z`, duration_ms: 1200, input_tokens: 120, output_tokens: 30 }; // prettier-ignore
const tool = { trace_id: "t1", span_id: "c", parent_id: "a", name: "refund", type: "tool", tool: "refund", start: `${AT}3Z`, duration_ms: 900, arguments: { amount: 5 } }; // prettier-ignore

async function imported(...lines: object[]): Promise<ReturnType<typeof traceImportSchema.parse>> {
  put(dir, "t.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
  const { code, stdout, stderr } = await trace("import", "t.jsonl", "--json");
  expect(code, stderr).toBe(0);
  return traceImportSchema.parse(JSON.parse(stdout));
}

const listed = async (...args: string[]) => tracesSchema.parse(JSON.parse((await trace("list", ...args, "--json")).stdout)); // prettier-ignore
const outcomes = () =>
  withStore(store, (open) => open.rows(`SELECT target, version, success, "latencyMs", "costUsd", unit FROM observations`)); // prettier-ignore
const details = () => withStore(store, (open) => open.rows(`SELECT state, "traceId", "toolCalls" FROM "outcomeDetails"`)); // prettier-ignore

describe("trace import", () => {
  test("stores spans once, prices calls, and makes an outcome of the task", async () => {
    const first = await imported({ ...root, success: true, version: "v1", user: "ada" }, call, tool);
    expect(first).toMatchObject({
      outcomes: 1,
      files: [{ format: "flat", traces: 1, spans: 3, repeated: 0, rejected: 0 }],
    });
    const again = await imported({ ...root, success: true, version: "v1", user: "ada" }, call, tool);
    expect(again).toMatchObject({ outcomes: 0, files: [{ traces: 0, spans: 0, repeated: 3 }] });
    const { total, traces } = await listed();
    expect([total, traces[0]]).toMatchObject([1, { target: "agents/refund-desk", version: "v1", spanCount: 3, modelCalls: 1, toolCalls: 1, status: "ok", costUsd: 0.0006, outcome: { success: true, source: "attribute", state: "done" } }]); // prettier-ignore
    expect(await outcomes()).toEqual([{ target: "agents/refund-desk", version: "v1", success: 1, latencyMs: 4200, costUsd: 0.0006, unit: "ada" }]); // prettier-ignore
  });
  test("in parts, in any order, it is one trace and one outcome", async () => {
    await imported(tool);
    expect(await listed()).toMatchObject({ traces: [{ isComplete: false, outcome: { success: null, state: null } }] });
    await imported(call);
    await imported({ ...root, success: false });
    expect(await listed()).toMatchObject({ total: 1, traces: [{ spanCount: 3, isComplete: true, outcome: { success: false } }] }); // prettier-ignore
    expect(await outcomes()).toMatchObject([{ success: 0, version: "" }]);
  });
  test("a task that has not ended in the time to settle is one that was started: its success is unknown", async () => {
    await imported({ ...tool, target: "agents/refund-desk" });
    expect(await outcomes()).toEqual([]);
    expect(await details()).toMatchObject([{ state: "expired" }]);
    // Its end comes after all.
    await imported({ ...root, success: true, duration_ms: 5000 });
    expect(await outcomes()).toMatchObject([{ success: 1 }]);
    expect(await details()).toMatchObject([{ state: "done" }]);
  });
  test("where the root is somebody else's, the outermost agent that is here is the task", async () => {
    await imported({ ...root, parent_id: "gateway", success: false }, { ...call, success: true });
    expect(await outcomes()).toMatchObject([{ success: 0 }]);
    expect(await listed()).toMatchObject({ traces: [{ isComplete: false, outcome: { success: false, state: "done" } }] }); // prettier-ignore
  });
  test("a prompt that serves without an agent has outcomes too", async () => {
    await imported({ ...call, parent_id: undefined, target: "prompts/support-triage", success: true });
    expect(await outcomes()).toMatchObject([{ target: "prompts/support-triage", success: 1 }]);
  });
  test.each(["../../etc/passwd", "agents/../x", "somebody\0else", "x".repeat(3000)])("what names no artifact (%#) is nobody's, and keeps no other outcome from being recorded", async (name) => {
    const done = await imported({ ...root, trace_id: "t9", agent: name, target: name, user: `u\0`, success: true }, { ...root, success: true });
    expect(done).toMatchObject({ outcomes: 1, files: [{ traces: 2 }] });
    expect(await outcomes()).toMatchObject([{ target: "agents/refund-desk" }]);
  }); // prettier-ignore
  test("an agent that nobody registered has a trace and no outcome", async () => {
    expect(await imported({ ...root, agent: "somebody" })).toMatchObject({ outcomes: 0 });
    expect(await listed()).toMatchObject({ traces: [{ target: null, agent: "somebody" }] });
  });
  test("an outcome that the process handed in itself under the trace's id is the same one, and its word stands", async () => {
    await imported({ ...root, success: true, version: "v1" });
    const id = (await listed()).traces[0]?.id as string;
    put(dir, "o.jsonl", JSON.stringify({ target: "agents/refund-desk", version: "v1", traceId: id, success: false, at: `${AT}0Z` })); // prettier-ignore
    await agentops(dir, ["observe", "o.jsonl"], env);
    expect(await outcomes()).toMatchObject([{ success: 0, latencyMs: 4200 }]);
  });
  test("no secret reaches the disk, in whatever part of a span it is", async () => {
    const key = `sk-proj-${"a1B2".repeat(8)}`;
    const said = await imported(
      { ...root, input: `my key is ${key}`, error: `401 for ${key}` },
      { ...tool, arguments: { headers: { Authorization: `Bearer ${key}` }, [key]: 1 }, name: `refund ${key}` },
    );
    expect(said.redacted["secret"]).toBeGreaterThan(3);
    const shown = await trace("show", (await listed()).traces[0]?.id as string, "--json", "--full");
    expect(shown.stdout).not.toContain(key.slice(0, 20));
    if (store.file === null) return;
    for (const file of readdirSync(join(store.file, ".."), { recursive: true, withFileTypes: true }))
      if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name)).includes(key)).toBe(false);
  });
  test.each([
    ["what is no trace is named, with what is understood", "nothing here\n", 2, /:1 is neither JSON nor protobuf[^]*Jaeger/],
    ["an empty file is said to be empty", "", 2, /is empty/],
    ["lines that are no spans are left out and counted, exit 3", `${JSON.stringify(root)}\nnot json\n`, 3, /line 2/],
  ])("%s", async (_, text, exit, says) => {
    put(dir, "bad.jsonl", text);
    const { code, stderr } = await trace("import", "bad.jsonl");
    expect(code, stderr).toBe(exit);
    expect(stderr).toMatch(says);
  }); // prettier-ignore
});

describe("trace list and show", () => {
  test.each<[says: string, args: string[], ids: string[]]>([
    ["all, the newest first", [], ["b", "a"]],
    ["those that failed", ["--error"], ["b"]],
    ["the slow", ["--slow", "3s"], ["a"]],
    ["the costly", ["--costly", "0.0005"], ["a"]],
    ["by a tool", ["--tool", "refund"], ["a"]],
    ["by half of a tool's name: none", ["--tool", "ref"], []],
    ["by a target that is registered, with or without its kind", ["--target", "agents/refund-desk"], ["a"]],
    ["by an agent that is not", ["--target", "other"], ["b"]],
    ["by a version", ["--served", "v1"], ["a"]],
    ["by a text that was said, whatever its case", ["--text", "NEW SHOES"], ["b"]],
    ["as many as are asked for", ["--limit", "1"], ["b"]],
  ])("%s", async (_, args, names) => {
    await imported(
      { ...root, name: "a", version: "v1" }, call, tool,
      { ...root, trace_id: "t2", name: "b", agent: "other", start: `${AT}5Z`, duration_ms: 10, input: "about new shoes", error: "boom" },
    ); // prettier-ignore
    expect((await listed(...args)).traces.map(({ name }) => name)).toEqual(names);
  });
  test("show has the tree, what each step was given and gave, and where the time and the money went", async () => {
    await imported(root, { ...call, input: "refund me", output: "yes" }, { ...tool, error: "429 too many requests", result: null }); // prettier-ignore
    const id = (await listed()).traces[0]?.id as string;
    const { code, stdout } = await trace("show", id.slice(0, 6));
    expect(code).toBe(0);
    expect(stdout).toContain("took 4.2 s: own 2.1 s (50 %), model 1.2 s (28.6 %), tools 900 ms (21.4 %)");
    expect(stdout).toContain("cost $0.0006: 1 model call, 120 tokens in, 30 out; 1 tool call");
    expect(stdout).toMatch(/!\s+3 {3}tool refund {2}at 3 s, took 900 ms\n +error rate-limit: 429 too many requests/);
    const shown = traceSchema.parse(JSON.parse((await trace("show", id, "--json")).stdout));
    expect(shown.spans.map(({ step, depth, kind, marks }) => [step, depth, kind, marks])).toEqual([
      [1, 0, "agent", ["critical", "costly", "failing"]],
      [2, 1, "model", ["critical", "costly"]],
      [3, 1, "tool", ["critical", "failing"]],
    ]);
    expect(shown.spans[2]).toMatchObject({ given: { amount: 5 }, tool: { name: "refund" }, error: { category: "rate-limit" } }); // prettier-ignore
    const step = await trace("show", id, "--step", "2");
    expect(step.stdout).toContain("given user: refund me");
  });
  test.each([
    [["show", "abcdef"], /no trace abcdef/],
    [["show", "xyz"], /no id of a trace/],
    [["show"], /which trace/],
    [["list", "--slow", "fast"], /no duration/],
    [["list", "--costly", "much"], /no amount/],
    [["shwo"], /did you mean agentops trace show/],
    [["import"], /which file/],
  ])("%j is a mistake, exit 2", async (args, says) => {
    if (args[0] === "show") await imported(root);
    const { code, stderr } = await trace(...args);
    expect([code, says.test(stderr)], stderr).toEqual([2, true]);
  });
});
