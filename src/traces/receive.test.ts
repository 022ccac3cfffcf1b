import { describe, expect, it } from "vitest";
import { systemClock } from "../core/clock.ts";
import { newStoreAddress, openTestStore, type TestStore } from "../testing/store.ts";
import { receive } from "./receive.ts";
import { findTrace } from "./read/show.ts";
import type { Attributes, WireSpan } from "./wire/span.ts";

const TRACE = "a".repeat(32);
const idOf = (i: number) => (i + 1).toString(16).padStart(16, "0");

function span(i: number, parent: number | null, attributes: Attributes = {}): WireSpan {
  const startNano = String(1_700_000_000_000_000_000n + BigInt(i) * 1_000_000n);
  const endNano = String(1_700_000_100_000_000_000n - BigInt(i));
  return { traceId: TRACE, spanId: idOf(i), parentSpanId: parent === null ? null : idOf(parent), name: `s${i}`, kind: "internal", startNano, endNano, attributes, events: [], links: [], status: { code: "unset" }, resource: {}, scope: { name: "" } }; // prettier-ignore
}

const CALL = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 3, "gen_ai.usage.output_tokens": 1 }; // prettier-ignore
const SPANS = [
  span(0, null, { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "one" }),
  ...Array.from({ length: 11 }, (_, i) =>
    span(i + 1, i % 3, i % 2 === 0 ? { ...CALL, "agentops.cost.usd": 0.1 * i } : { "user.id": `u${i}` }),
  ),
];

const into = (store: TestStore, spans: readonly WireSpan[]) =>
  receive(spans, {
    store,
    clock: systemClock,
    priceOf: ({ costSaid }) => costSaid ?? null,
    targetOf: () => null,
    keep: (span) => span,
  });

async function rowOf(store: TestStore): Promise<unknown> {
  const { row, spans } = await findTrace(store.db, TRACE);
  return { ...row, seq: 0, receivedMs: 0, ids: spans.map(({ spanId }) => spanId).sort() };
}

describe("spans that arrive", () => {
  it.each([
    ["one by one", (i: number) => i],
    ["one by one, the last first", (i: number) => 11 - i],
    ["in threes, every third", (i: number) => i % 3],
    ["in two halves, the later one first", (i: number) => (i < 6 ? 1 : 0)],
    ["the root last", (i: number) => (i === 0 ? 1 : 0)],
  ])("make the same row %s as at once", async (_, batchOf) => {
    const [whole, parts] = [await openTestStore(), await openTestStore()];
    await into(whole, SPANS);
    for (let batch = 0; batch < 12; batch++) await into(parts, SPANS.filter((__, i) => batchOf(i) === batch).reverse()); // prettier-ignore
    expect(await rowOf(parts)).toEqual(await rowOf(whole));
  });

  it("by two writers at once lose nothing", async () => {
    const address = await newStoreAddress();
    const [one, other] = [await openTestStore({ address }), await openTestStore({ address })];
    await Promise.all(SPANS.map((each, i) => into(i % 2 === 0 ? one : other, [each, ...SPANS.slice(0, i % 4)])));
    const alone = await openTestStore();
    await into(alone, SPANS);
    expect(await rowOf(one)).toEqual(await rowOf(alone));
  });

  it("again change nothing, within a batch and after it, and what was there first stays", async () => {
    const store = await openTestStore();
    expect(await into(store, [...SPANS, ...SPANS])).toMatchObject({ spans: 12, repeated: 12, traces: [TRACE] });
    const before = await rowOf(store);
    const others = SPANS.map((each) => ({ ...each, name: "other" }));
    expect(await into(store, others)).toEqual({ spans: 0, repeated: 12, traces: [], notUnderstood: 0 });
    expect(await rowOf(store)).toEqual(before);
  });

  it("none at all are none", async () => {
    const store = await openTestStore();
    expect(await into(store, [])).toEqual({ spans: 0, repeated: 0, traces: [], notUnderstood: 0 });
  });

  it("may be 10,000 of one trace in 20 batches", async () => {
    const store = await openTestStore();
    const many = Array.from({ length: 10_000 }, (_, i) => span(i, i === 0 ? null : Math.floor(i / 2), i % 2 === 1 ? {} : CALL)); // prettier-ignore
    for (let i = 0; i < 20; i++) await into(store, many.filter((_, at) => at % 20 === i)); // prettier-ignore
    const { row, spans } = await findTrace(store.db, TRACE);
    expect(spans).toHaveLength(10_000);
    expect(row).toMatchObject({ spans: 10_000, isComplete: 1 });
  }, 60_000);
});
