import { describe, expect, it } from "vitest";
import type { SpanFacts } from "../span/facts.ts";
import type { SpanKind } from "../span/kinds.ts";
import { criticalPath, timeSplit } from "./time.ts";

type Row = [id: string, parent: string | null, kind: SpanKind, startMs: number, endMs: number];

const nano = (ms: number) => String(1_700_000_000_000_000_000n + BigInt(ms) * 1_000_000n);
const spansOf = (rows: Row[]): SpanFacts[] =>
  rows.map(([id, parent, kind, start, end]) => ({ id, parent, kind, name: id, status: "unset", startNano: nano(start), endNano: nano(end) })); // prettier-ignore
const ROOT: Row = ["r", null, "agent", 0, 100];

describe("where time went", () => {
  it.each<[string, Row[], Record<string, number>]>([
    ["tools at once share the time they take", [ROOT, ["a", "r", "tool", 0, 100], ["b", "r", "tool", 0, 100]], { tool: 100 }],
    ["a tool and a model at once have half each", [ROOT, ["a", "r", "tool", 20, 60], ["b", "r", "model", 20, 60]], { tool: 20, model: 20, own: 60 }],
    ["gaps between steps are the agent's own", [ROOT, ["a", "r", "model", 10, 30], ["b", "r", "human", 50, 90]], { model: 20, human: 40, own: 40 }],
    ["gaps between roots are nobody's, and so own", [["a", null, "model", 0, 40], ["b", null, "queue", 60, 100]], { model: 40, queue: 20 + 20, own: 20 }],
    ["a tool that asks a model is the model's time", [ROOT, ["a", "r", "tool", 0, 100], ["b", "a", "model", 10, 90]], { tool: 20, model: 80 }],
    ["a retrieval is a tool's", [ROOT, ["a", "r", "retrieval", 0, 100]], { tool: 100 }],
    ["a child that outlives its parent keeps its time", [["r", null, "agent", 0, 50], ["a", "r", "tool", 20, 100]], { own: 20, tool: 80 }],
    ["a child of a clock that is behind", [["r", null, "agent", 10, 100], ["a", "r", "tool", 0, 40], ["b", "r", "model", 60, 100]], { tool: 40, own: 20, model: 40 }],
    ["a request within a model's call is the model's", [ROOT, ["a", "r", "model", 10, 90], ["b", "a", "other", 20, 80]], { own: 20, model: 80 }],
    ["a loop beside a model's call does not take half of it", [ROOT, ["l", "r", "other", 0, 100], ["a", "r", "model", 10, 90]], { own: 20, model: 80 }],
    ["an agent within a tool has time of its own", [ROOT, ["a", "r", "tool", 0, 100], ["b", "a", "agent", 20, 80]], { own: 60, tool: 40 }],
    ["moments take no time", [ROOT, ["a", "r", "tool", 50, 50]], { own: 100 }],
    ["a circle of parents", [["a", "b", "tool", 0, 100], ["b", "a", "tool", 0, 100]], { tool: 100 }],
  ])("%s", (_, rows, expected) => {
    for (const each of [rows, rows.toReversed()]) {
      const split = timeSplit(spansOf(each));
      expect(split).toEqual({ model: 0, tool: 0, human: 0, queue: 0, own: 0, ...expected });
      const length = Math.max(...rows.map((row) => row[4])) - Math.min(...rows.map((row) => row[3]));
      expect(Object.values(split).reduce((a, b) => a + b)).toBeCloseTo(length, 6);
    }
  }); // prettier-ignore
});

describe("the critical path", () => {
  it.each<[string, Row[], string[]]>([
    ["of tools at once it has the one that ended last", [ROOT, ["a", "r", "tool", 0, 50], ["b", "r", "tool", 0, 90]], ["b", "r"]],
    ["steps in a row are all on it", [ROOT, ["a", "r", "tool", 0, 50], ["b", "r", "model", 50, 90]], ["a", "b", "r"]],
    ["what a root did not wait for is not", [ROOT, ["a", "r", "tool", 0, 150]], ["r"]],
    ["a circle ends", [["a", "b", "tool", 0, 10], ["b", "a", "tool", 0, 10]], ["a", "b"]],
  ])("%s", (_, rows, ids) => {
    const spans = spansOf(rows);
    expect([...criticalPath(spans, spans[0]!)].sort()).toEqual(ids);
  }); // prettier-ignore
});
