import { describe, expect, test } from "vitest";
import { advance } from "../operations/watch.ts";
import { planOf } from "../rollout/plan.ts";
import { rolloutBySeq } from "../rollout/rollouts.store.ts";
import { bucketOf, isCandidate } from "../serving/assignment.ts";
import { beginRollout } from "../testing/rollout-traffic.ts";
import { minutesLater, turnBy } from "../testing/rollout.ts";
import { seeded } from "../testing/seeded.ts";
import { openTestStore } from "../testing/store.ts";
import { beginInMemory, countInMemory, turnInMemory } from "./in-memory.ts";
import { pastOf, type StoredRequest } from "./past.ts";
import { recorderFor } from "./record.ts";
import { replayed, type ReplayOrder } from "./replayed.ts";

const NONE = { latencyMs: null, costUsd: null, safe: null, breach: null };

/** One request every two minutes. */
function traffic(n: number, one: (i: number, random: () => number) => Partial<StoredRequest>): StoredRequest[] {
  const random = seeded(5);
  return Array.from({ length: n }, (_, i) => {
    const at = minutesLater(2 * i);
    return { ...NONE, success: Number(random() < 0.9), unit: null, at, servedAt: at, ...one(i, random) };
  });
}

const SETTINGS = {
  ...{ steps: [0.2, 0.5, 1], stepTime: "1h", stepObservations: 10 },
  guardrails: { latency: { capMs: 150 } },
};
const plan = planOf(SETTINGS, {}, {}, { fast: true });
const ORDER: ReplayOrder = {
  ...{ id: "r", plan, target: "prompts/x", usualDelayMs: 0 },
  caps: { latency: { cap: 150, rate: 0.95, tolerance: 0 }, cost: null },
};

function run(rows: StoredRequest[], order: Partial<ReplayOrder> = {}) {
  return replayed(pastOf(rows, "prompts/x", { settleMs: 0 }), { ...ORDER, ...order });
}

describe("a rollout in memory", () => {
  test("comes to the very evidence and state that the store's comes to", async () => {
    const store = await openTestStore();
    const started = await beginRollout(store, SETTINGS);
    const rows = traffic(220, (i, random) => ({ unit: i % 7 === 0 ? null : `u${Math.floor(random() * 120)}`, latencyMs: 100 + 60 * random(), safe: Number(random() < 0.97) })); // prettier-ignore
    const { id, control, candidate, caps, target } = started;
    const past = pastOf(rows, target, { settleMs: 0 });
    const memory = beginInMemory({ id, target, control, candidate, plan: started.plan, caps, at: started.createdAt, usualDelayMs: 0 }); // prettier-ignore
    const units = past.units.map(() => ({ row: undefined, changed: false }));
    const recorder = recorderFor(store);
    for (const [n, { unit, observation, countsAt, countsMs }] of past.requests.entries()) {
      const { weight } = memory.state;
      const version = isCandidate(bucketOf(id, past.units[unit]!), weight) ? candidate : control;
      const line = { ...observation, version, rollout: id, weight };
      countInMemory(memory, line, n, unit < past.known ? units[unit] : undefined);
      turnInMemory(memory, countsAt, countsMs);
      await recorder.record("production", [line], new Date(countsAt));
      await advance(store, { environment: "production", target }, turnBy(store, countsAt));
    }
    const stored = await store.inTransaction((tx) => rolloutBySeq(tx, started.seq));
    expect(memory.state).toMatchObject({ step: 1, weight: 0.5 });
    expect(memory.state).toEqual(stored!.state);
    expect(memory.looks.look()).toBe(stored!.look);
    expect(JSON.parse(JSON.stringify(memory.looks.evidence()))).toEqual(stored!.evidence);
  });
});

describe("a run on what is stored", () => {
  const sticky = traffic(400, (_, random) => ({ unit: `u${Math.floor(random() * 300)}` }));

  test("is the same for the same id, and divides anew for another", async () => {
    const [a, b, c] = [await run(sticky), await run(sticky), await run(sticky, { id: "s" })];
    expect(a).toEqual(b);
    expect(c.steps[0]).not.toEqual(a.steps[0]);
    expect(a.end).toBe("open");
    expect([a.flips, a.hours, a.unproven]).toEqual([0, (399 * 2) / 60, expect.arrayContaining(["success"])]);
    expect(a.steps.map(({ weight }) => weight)).toEqual([0.2, 0.5]);
  });
  test("a unit is divided once, its requests all alike; without a unit each is divided", async () => {
    const one = (await run(traffic(200, () => ({ unit: "crawler" })))).steps[0]!;
    expect([one.units.all, one.requests]).toEqual([1, { all: 200, candidate: 200 * one.units.candidate }]);
    const none = (await run(traffic(200, () => ({ unit: null })))).steps;
    expect(none.map(({ units, requests }) => units.all === requests.all)).toEqual([true, true]);
    expect(none[0]!.units.candidate).toBeGreaterThan(0);
  });
  test("a critical breach ends it and says so; what ends it otherwise has its name", async () => {
    const critical = planOf({ ...SETTINGS, guardrails: { safety: { critical: ["pii"] } } }, {}, {}, { fast: true });
    const rows = traffic(200, () => ({ safe: 0, breach: "pii" }));
    expect(await run(rows, { plan: critical })).toMatchObject({ end: "rolled-back", by: "critical", steps: [{ weight: 0.2 }] });
    const floor = planOf({ ...SETTINGS, guardrails: { success: { floor: { absolute: 0.99 } } } }, {}, {}, { fast: true });
    const bad = traffic(700, (i) => ({ success: i % 2 }));
    expect(await run(bad, { plan: floor })).toMatchObject({ end: "rolled-back", by: "success.floor" });
  });
  test("ends where somebody asks it to", async () => {
    const stop = () => Promise.reject(new Error("stop"));
    await expect(run(sticky, { pause: stop })).rejects.toThrow("stop");
  });
  test("with a time to settle a request counts that much later, and what was known later than that counts nothing", () => {
    const rows = traffic(3, (i) => ({ at: minutesLater(2 * i + (i === 1 ? 90 : 5)) }));
    const { requests } = pastOf(rows, "prompts/x", { settleMs: 3_600_000 });
    expect(requests.map(({ countsAt }) => countsAt)).toEqual([minutesLater(61), minutesLater(65)]);
    expect(requests.map(({ observation: { at } }) => at)).toEqual([minutesLater(0), minutesLater(4)]);
  });
}); // prettier-ignore
