import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { agentops, hasSharedData, put, SHARED_DATA, tempProject } from "../../../testing/project.ts";
import { newStoreAddress } from "../../../testing/store.ts";

/** A project with a store of its own, and `agentops trace` in it. */
async function desk() {
  const dir = tempProject();
  const { location, markers } = await newStoreAddress();
  const env = { AGENTOPS_STORE: location, AGENTOPS_MARKERS: markers ?? "" };
  const run = (...args: string[]) => agentops(dir, ["trace", ...args], env);
  return { dir, run, json: async (...args: string[]) => JSON.parse((await run(...args, "--json")).stdout) as unknown };
}

const [A, B] = ["a".repeat(32), "b".repeat(32)];
const START = "2026-03-01T10:00:00Z";
const linesOf = (trace: string) =>
  [
    { span_id: `${trace}1`, type: "agent", name: "desk", duration_ms: 30, input: "hi", odd: { deep: [1, null, "é"] } },
    { span_id: `${trace}2`, parent_id: `${trace}1`, type: "llm", model: "gpt-4o", messages: [{ role: "user", content: "hi" }] }, // prettier-ignore
    { span_id: `${trace}3`, parent_id: `${trace}1`, type: "tool", tool: "look", args: { id: "12345678901234567890" } },
  ]
    .map((line) => JSON.stringify({ trace_id: trace, start: START, ...line }))
    .join("\n");

describe("trace export", () => {
  it("gives what was imported: in its own store nothing is new, in another it is the same tree", async () => {
    const [own, other] = [await desk(), await desk()];
    put(own.dir, "in.jsonl", `${linesOf(A)}\n${linesOf(B)}`);
    expect(await own.run("import", "in.jsonl")).toMatchObject({ code: 0 });
    expect(await own.run("export", "aaaa", B, "aaaaa", "--format", "otlp", "--output", "out.json")).toMatchObject({ code: 0, stdout: "" }); // prettier-ignore
    expect(await own.json("import", "out.json")).toMatchObject({ files: [{ traces: 0, spans: 0, repeated: 6, rejected: 0 }] }); // prettier-ignore

    copyFileSync(join(own.dir, "out.json"), join(other.dir, "out.json"));
    expect(await other.json("import", "out.json")).toMatchObject({ files: [{ traces: 2, spans: 6, rejected: 0 }] });
    for (const id of [A, B]) expect(await other.json("show", id)).toEqual(await own.json("show", id));
    expect((await other.run("export", A, B)).stdout).toBe((await own.run("export", A, B)).stdout);
  });

  const refused: Record<string, [string[], string]> = {
    "no trace": [[], "which trace?"],
    "a trace that is not there": [["0123"], "no trace 0123"],
    "what is no id": [["what"], "is no id of a trace"],
    "another format": [["aaaa", "--format", "csv"], 'unknown format "csv"'],
  };
  it.each(Object.entries(refused))("refuses %s", async (_, [args, words]) => {
    const { dir, run } = await desk();
    put(dir, "in.jsonl", linesOf(A));
    await run("import", "in.jsonl");
    const { code, stderr } = await run("export", ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
  });

  it.skipIf(!hasSharedData)("gives each recording of a framework as it came", async () => {
    const [own, other] = [await desk(), await desk()];
    const folder = join(SHARED_DATA, "otel-genai", "langfuse-export");
    const names = ["pydantic-ai-tools-2025-12-04", "koog-2025-08-26", "vercel-aisdk-2025-11-17"];
    await own.run("import", ...names.map((name) => join(folder, `${name}.json`)));
    const { traces } = (await own.json("list")) as { traces: { id: string }[] };
    expect(traces).toHaveLength(names.length);
    await own.run("export", ...traces.map(({ id }) => id), "--output", join(other.dir, "out.json"));
    await other.run("import", "out.json");
    for (const { id } of traces) expect(await other.json("show", id)).toEqual(await own.json("show", id));
  });
});
