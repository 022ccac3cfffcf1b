import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ToolCall } from "../models/client/client.ts";
import { prepareScorers } from "./prepare.ts";
import { scorerSchema } from "./schema.ts";
import type { Score, ScorerInput } from "./scorer.ts";

/** Recorded data that is not part of the project; without it these tests are skipped. */
const DATA = join(import.meta.dirname, "../../../shared/data");
const here = existsSync(DATA);

type Row = Record<string, unknown>;

function rows(file: string): Row[] {
  const lines = readFileSync(join(DATA, file), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Row);
}

function inputOf(row: Row, output: unknown, expected: unknown, toolCalls: ToolCall[] = []): ScorerInput {
  return {
    case: { id: "row", vars: {}, expected, tags: [], cluster: null },
    trial: 0,
    output,
    toolCalls,
    finishReason: null,
    latencyMs: null,
    costUsd: null,
    record: row,
    signal: new AbortController().signal,
  };
}

async function scoreAll(spec: unknown, inputs: ScorerInput[]): Promise<Score[]> {
  const context = { baseDir: DATA, judge: () => Promise.reject(new Error("none")), env: {} };
  const [scorer] = await prepareScorers([scorerSchema.parse(spec)], context);
  const scores: Score[] = [];
  for (const input of inputs) scores.push(await scorer!.score(input));
  return scores;
}

function passed(scores: readonly Score[]): number {
  return scores.filter((score) => score.pass).length;
}

function callsOf(row: Row): ToolCall[] {
  const messages = row["messages"] as { tool_calls?: ToolCall[] }[];
  return messages.flatMap((message) => message.tool_calls ?? []);
}

describe.skipIf(!here)("GSM8K solutions", () => {
  it.each([
    ["6b_verification", 515],
    ["6b_finetuning", 286],
  ])("numeric agrees with %s case by case: %i of 1319", async (file, correct) => {
    const data = rows(`gsm8k-solutions/${file}.jsonl`);
    const inputs = data.map((row) => inputOf(row, row["output"], row["reference_answer"]));
    const scores = await scoreAll({ type: "numeric", extract: { output: "A:\\s*(.+)$" } }, inputs);
    expect(scores.map((score) => score.pass)).toEqual(data.map((row) => row["is_correct"]));
    expect([passed(scores), scores.length]).toEqual([correct, 1319]);
  });
});

describe.skipIf(!here)("tau-bench airline, gpt-4o", () => {
  const data = here ? rows("tau-bench/gpt-4o-airline.traces.jsonl") : [];
  const inputs = data.map((row) => inputOf(row, null, row["expected_actions"], callsOf(row)));

  it("an expression over the record passes 84 of 200", async () => {
    expect(passed(await scoreAll({ type: "expression", value: "record.reward == 1.0" }, inputs))).toBe(84);
  });

  it("counts the tool calls the origin counted", async () => {
    const expression = { type: "expression", value: "size(toolCalls) == int(record.n_tool_calls)" };
    expect(passed(await scoreAll(expression, inputs))).toBe(200);
    expect(passed(await scoreAll({ type: "trajectory:step-count", max: 27 }, inputs))).toBe(200);
  });

  it("trajectory scorers measure every row, and the stricter one passes fewer", async () => {
    const counts: number[] = [];
    for (const type of ["trajectory:tool-used", "trajectory:tool-sequence", "trajectory:tool-args-match"]) {
      counts.push(passed(await scoreAll({ type }, inputs)));
    }
    expect(counts).toEqual([129, 113, 77]);
  });

  it("F1 is 1 where nothing was to be called and nothing was", async () => {
    const scores = await scoreAll({ type: "tool-call-f1" }, inputs);
    const idle = inputs.flatMap((input, i) =>
      (input.case.expected as []).length + input.toolCalls.length === 0 ? [i] : [],
    );
    expect(idle.map((i) => scores[i]?.score)).toEqual(idle.map(() => 1));
    expect(scores.every(({ score }) => score >= 0 && score <= 1)).toBe(true);
  });
});

describe.skipIf(!here)("tau2-bench airline", () => {
  it.each([
    ["gpt-4o-2024-11-20.airline", 23],
    ["claude-sonnet-4-5.airline", 36],
    ["qwen2.5-7b.airline", 9],
    ["gpt-4.1.airline20", 10],
    ["gpt-4.1-ft.airline20", 13],
  ])("%s: %i rewarded, and each call the origin matched is matched", async (run, rewarded) => {
    const data = rows(`tau2-runs/${run}.traces.jsonl`);
    const inputs = data.map((row) => inputOf(row, null, row["action_checks"] ?? [], callsOf(row)));
    expect(passed(await scoreAll({ type: "expression", value: "record.reward == 1.0" }, inputs))).toBe(rewarded);
    const scores = await scoreAll({ type: "trajectory:tool-args-match", mode: "exact" }, inputs);
    const matched = data.map((row) => ((row["action_checks"] ?? []) as { match: boolean }[]).every((c) => c.match));
    expect(scores.map((s) => s.pass)).toEqual(matched);
  });
});
