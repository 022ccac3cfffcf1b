import Sqlite from "better-sqlite3";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunStore } from "../../state/runs.ts";
import { type Mapping, OWN_MAPPING, recordedOutput, stageOutputs } from "./outputs.ts";
import { openStage } from "./stage.store.ts";

const folder = mkdtempSync(join(tmpdir(), "outputs-"));
const MAPPED: Mapping = { case: "case", output: "output" };

/** The record of the second line, read as a run reads it. */
async function read(record: object, mapping: Mapping = OWN_MAPPING) {
  const path = join(folder, "o.jsonl");
  const line = JSON.stringify({ case: "b", output: "x", ...record });
  writeFileSync(path, `${JSON.stringify({ case: "a", output: "x" })}\n${line}\n`);
  const sqlite = new Sqlite(":memory:");
  try {
    const blank = () => undefined;
    await stageOutputs(openStage({ sqlite } as RunStore), { file: "o.jsonl", path, blank }, mapping);
    return recordedOutput(line, mapping);
  } finally {
    sqlite.close();
  }
}

test.each([
  { latencyMs: -12 },
  { costUsd: -1 },
  { latencyMs: "0x5" },
  { costUsd: "$0.1" },
  { latencyMs: "1,200" },
  { inputTokens: "many" },
  { outputTokens: [1] },
])("a measurement that is not understood is refused with its line: %j", async (record) => {
  const [key] = Object.keys(record);
  await expect(read(record)).rejects.toThrow(`o.jsonl:2: ${key} is no number of at least 0`);
});

test("a number may be spelled, and may be missing", async () => {
  expect(await read({ latencyMs: " 812.5 ", costUsd: "1.4e-3", inputTokens: "", outputTokens: null })).toMatchObject({
    ...{ latencyMs: 812.5, costUsd: 0.0014, inputTokens: null, outputTokens: null },
  });
});

test.each([{ tool_calls: [{ function: { name: "refund", arguments: "{}" } }] }, { toolCalls: [{ name: "refund" }] }])(
  "calls are found under their usual names, mapped or not: %j",
  async (record) => {
    const toolCalls = [{ name: "refund", arguments: {} }];
    expect(await read(record)).toMatchObject({ toolCalls });
    expect(await read(record, MAPPED)).toMatchObject({ toolCalls });
  },
);

test("calls that are not understood are refused, a number of calls is not read as calls", async () => {
  const unread = { tool_calls: [{ nam: "refund" }] };
  for (const mapping of [OWN_MAPPING, MAPPED])
    await expect(read(unread, mapping)).rejects.toThrow("o.jsonl:2: toolCalls is no list of tool calls");
  expect(await read({ tool_calls: 3 }, MAPPED)).toMatchObject({ toolCalls: [] });
});
