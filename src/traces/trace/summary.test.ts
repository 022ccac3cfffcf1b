import { describe, expect, it } from "vitest";
import type { SpanFacts } from "../span/facts.ts";
import { summaryOf } from "./summary.ts";
import { leafCalls } from "./tree.ts";

const TOKENS = { input: 10, output: 5, cached: 4, cacheWrite: 0, reasoning: 2 };

function span(id: string, parent: string | null, more: Partial<SpanFacts> = {}): SpanFacts {
  return { id, parent, name: id, kind: "other", status: "unset", startNano: "1000000000000000000", endNano: "1000000001000000000", ...more }; // prettier-ignore
}

const call = (id: string, parent: string | null, more: Partial<SpanFacts> = {}) =>
  span(id, parent, { kind: "model", modelAsked: "m", tokens: TOKENS, ...more });
const sum = (spans: SpanFacts[]) => summaryOf("t", spans, ({ costSaid }) => costSaid ?? null);

describe("a trace's summary", () => {
  it.each<[string, SpanFacts[], number]>([
    ["a call reported by three layers is one", [call("a", null), call("b", "a"), call("c", "b")], 1],
    ["a step between two reports of a call changes nothing", [call("a", null), span("s", "a"), call("b", "s")], 1],
    ["two calls under one report are two", [call("a", null), call("b", "a"), call("c", "a")], 2],
    ["calls side by side are two", [span("r", null), call("b", "r"), call("c", "r")], 2],
    ["of calls in a circle of parents one counts", [call("a", "b"), call("b", "a")], 1],
    ["a call that is its own parent counts", [call("a", "a")], 1],
    ["a call below a circle counts, and no other", [call("a", "b"), call("b", "a"), call("c", "a")], 1],
    ["a call whose parent never came counts", [call("a", "elsewhere")], 1],
    ["no call is none", [span("r", null)], 0],
  ])("%s", (_, spans, calls) => {
    for (const each of [spans, spans.toReversed()]) {
      const { modelCalls, tokens } = sum(each);
      expect(modelCalls).toBe(calls);
      expect(tokens.input).toBe(10 * calls);
    }
  });

  it("is the same in whatever order the spans came", () => {
    const spans = [
      span("r", null, { kind: "agent", agent: "one", status: "error", error: { category: "internal", message: "" } }),
      call("a", "r", { costSaid: 0.1, user: "u2", task: "x", startNano: "1000000000000000002" }),
      call("b", "r", { costSaid: 0.2, user: "u1", task: "y", startNano: "1000000000000000001" }),
      call("c", "b", { costSaid: 0.3, session: "s", error: { category: "timeout", message: "" } }),
      call("d", "r", { costSaid: 0.7, session: "z", error: { category: "rate-limit", message: "" } }),
    ];
    const first = sum(spans);
    expect(first).toMatchObject({ user: "u1", task: "y", agent: "one" });
    for (let i = 1; i < 120; i++) expect(sum(spans.toSorted((a, b) => ((a.id.charCodeAt(0) * i * 7919) % 31) - ((b.id.charCodeAt(0) * i * 7919) % 31)))).toEqual(first); // prettier-ignore
  });

  it.each<[string, (number | undefined)[], number | null, number]>([
    ["no price is no cost, not zero", [undefined, undefined], null, 2],
    ["some prices are the sum of them, and the rest is counted", [0.5, undefined], 0.5, 1],
    ["a price of zero is known", [0], 0, 0],
    ["no calls cost nothing that is known", [], null, 0],
  ])("cost: %s", (_, said, costUsd, unpricedCalls) => {
    const calls = said.map((costSaid, i) => call(`c${i}`, "r", costSaid === undefined ? {} : { costSaid }));
    expect(sum([span("r", null), ...calls])).toMatchObject({ costUsd, unpricedCalls });
  });

  it.each<[string, Partial<SpanFacts>, unknown]>([
    ["what nobody said is unknown, though the status is ok", { status: "ok" }, { success: null, successBy: null, state: "done" }],
    ["what nobody said is unknown, with no status", {}, { success: null, successBy: null, state: "done" }],
    ["an attribute says it", { success: true }, { success: true, successBy: "attribute", state: "done" }],
    ["an attribute against the status wins", { success: true, status: "error" }, { success: true, successBy: "attribute" }],
    ["a failed agent is no success", { status: "error" }, { success: false, successBy: "status", state: "failed" }],
    ["a state that is said is kept", { state: "handed-over" }, { success: null, state: "handed-over" }],
    ["a state that nobody knows is none", { state: "gone" }, { success: null, state: "done" }],
  ])("outcome: %s", (_, agent, outcome) => {
    expect(sum([span("r", null), span("a", "r", { kind: "agent", ...agent })])).toMatchObject(outcome as object);
  }); // prettier-ignore

  it("has no outcome without an agent, and is complete with its root only", () => {
    expect(sum([span("r", null)])).toMatchObject({ success: null, state: null, taskSpan: null, isComplete: true });
    expect(sum([span("x", "elsewhere")])).toMatchObject({ isComplete: false, name: "x" });
  });

  it("keeps nanoseconds until they are subtracted", () => {
    const spans = [span("r", null, { startNano: "1700000000000000001", endNano: "1700000000000000002" })];
    expect(sum(spans).durationMs).toBe(1e-6);
  });

  it("sums up 20,000 calls within one another and 20,000 failures in no time", () => {
    const deep = Array.from({ length: 20_000 }, (_, i) =>
      call(`s${i}`, i === 0 ? null : `s${i - 1}`, { error: { category: "internal", message: "" } }),
    );
    const began = performance.now();
    expect(leafCalls(deep).map(({ id }) => id)).toEqual(["s19999"]);
    expect(sum(deep).modelCalls).toBe(1);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});
