import { describe, expect, test } from "vitest";
import { minutesLater, startedRollout } from "../testing/rollout.ts";
import { seeded } from "../testing/seeded.ts";
import { newStoreAddress, openTestStore, type TestStore } from "../testing/store.ts";
import { recorderFor } from "./record.ts";
import type { OutcomeLine } from "./schema.ts";

const NOW = new Date(minutesLater(600));
const at = minutesLater;

const line = (more: Partial<OutcomeLine> = {}): OutcomeLine => ({ target: "agents/x", version: "v1", ...more });
/** As the root span of trace T says it. */
const traced = (more: Partial<OutcomeLine> = {}): OutcomeLine => ({
  ...{ target: "agents/x", traceId: "T", source: "trace", at: at(50), servedAt: at(49) },
  ...more,
});

async function openRecorded() {
  const store = await openTestStore();
  const recorder = recorderFor(store);
  return { ...store, record: (lines: readonly OutcomeLine[]) => recorder.record("production", lines, NOW) };
}

/** All that is stored of outcomes, under whatever name, and added up of them. */
async function kept(store: TestStore) {
  const outcome = `SELECT o.version, o.unit, o.success, o."latencyMs", o.at, o."servedAt", o."knownAt", d.* FROM observations o LEFT JOIN "outcomeDetails" d ON d.environment = o.environment AND d.target = o.target AND d.id = o.id`;
  const open = `SELECT o.fields, o."knownAt" AS times, d.* FROM "openOutcomes" o LEFT JOIN "outcomeDetails" d ON d.environment = o.environment AND d.target = o.target AND d.id = o.id`;
  const all = async (sql: string) =>
    (await store.rows(sql)).map((row) => JSON.stringify({ ...row, id: null }, rounded)).sort();
  return {
    outcomes: await all(outcome),
    open: await all(open),
    details: await store.value(`SELECT COUNT(*) FROM "outcomeDetails"`),
    hours: await all("SELECT * FROM outcomes"),
    minutes: await all(`SELECT * FROM "outcomeMinutes"`),
    delays: await all("SELECT * FROM delays"),
  };
}

const rounded = (_: string, value: unknown) => (typeof value === "number" ? Number(value.toFixed(9)) + 0 : value);

/** Lines of a few tasks that contradict each other; each task has an id, a trace or two, or lines that tie them. */
function lines(seed: number): OutcomeLine[] {
  const random = seeded(seed);
  const pick = <T>(...choices: T[]): T => choices[Math.floor(random() * choices.length)] as T;
  return Array.from({ length: 60 }, () => {
    const task = Math.floor(random() * 6);
    const time = at(Math.floor(random() * 40) * 7);
    const isTrace = random() < 0.3;
    const name = isTrace
      ? { traceId: `T${task}` }
      : pick<Partial<OutcomeLine>>(
          { id: `i${task}` },
          { traceId: `T${task}` },
          ...(task % 2 === 0 ? [{ id: `i${task}`, traceId: pick(`T${task}`, `T${task}b`) }] : []),
        );
    return line({
      ...name,
      ...(isTrace && { source: "trace" as const, version: pick(undefined, "v1") }),
      ...{ success: pick(true, false, null), at: time },
      ...(random() < 0.4 && { servedAt: at(Math.floor(random() * 40)) }),
      ...(random() < 0.4 && { latencyMs: pick(1, 2.5, 300), unit: pick("u", "w") }),
      ...(random() < 0.4 && { state: pick("done", "failed", "abandoned", "expired", "handed-over") }),
      ...(random() < 0.4 && { user: pick("ada", "grace"), session: pick("s1", "s2"), taskType: pick("refund", "faq") }),
      ...(random() < 0.4 && { confidence: pick(0.1, 0.9), overridden: pick(true, false), toolCalls: pick(0, 3) }),
      ...(random() < 0.4 && { escalated: { reason: pick("policy", "error") }, feedback: pick("up", "down") }),
      ...(random() < 0.4 && { valueUsd: pick(-1, 2), toolCostUsd: pick(0.1, 0.2), errorCategory: pick("a", "b") }),
    });
  });
}

describe("lines of one task, under its id and under its traces, in any order and division", () => {
  test.each([1, 2, 3])("seed %i: the same outcomes and the same sums", async (seed) => {
    const random = seeded(seed + 1000);
    const all = lines(seed);
    const imported = async (some: readonly OutcomeLine[], cut: () => number) => {
      const store = await openRecorded();
      for (let i = 0; i < some.length;) {
        const end = i + cut();
        const { recorded, repeated, completed, corrected } = await store.record(some.slice(i, end));
        expect(recorded + repeated + completed + corrected).toBe(Math.min(end, some.length) - i);
        i = end;
      }
      return kept(store);
    };
    const whole = await imported(all, () => all.length);
    expect(whole.outcomes.length).toBeGreaterThan(4);
    for (const most of [1, 30]) {
      const shuffled = [...all, ...all.filter(() => random() < 0.3)].map((each) => [random(), each] as const);
      const order = shuffled.sort(([a], [b]) => a - b).map(([, each]) => each);
      expect(await imported(order, () => 1 + Math.floor(random() * most))).toEqual(whole);
    }
  });
});

type Row = Record<string, unknown>;
interface Case {
  lines: OutcomeLine[];
  /** Of each outcome what it and its details have; `success` is null of one that is open. */
  are: Row[];
}

const CASES: Record<string, Case> = {
  "a line says all that the contract names": {
    lines: [
      line({
        ...{ id: "a", success: true, at: at(1), taskId: "t", taskType: "refund", feature: "chat", user: "ada" },
        ...{ session: "s", model: "openai/x", errorCategory: "timeout", escalated: { reason: "policy" } },
        ...{ overridden: false, confidence: 0.5, faithfulness: 0.25, toolCalls: 2, toolCostUsd: 0.1, valueUsd: 3 },
        ...{ valueHours: 0.5, feedback: "down", state: "handed-over", traceId: "T" },
      }),
    ],
    are: [
      {
        ...{ id: "a", success: 1, taskId: "t", taskType: "refund", feature: "chat", user: "ada", session: "s" },
        ...{ model: "openai/x", errorCategory: "timeout", escalated: "policy", overridden: 0, confidence: 0.5 },
        ...{ faithfulness: 0.25, toolCalls: 2, toolCostUsd: 0.1, valueUsd: 3, valueHours: 0.5, feedback: "down" },
        ...{ state: "handed-over", traceId: "T", knownAt: null, traced: null },
      },
    ],
  },
  "for each field what was known later counts": {
    lines: [
      line({ id: "a", success: true, at: at(1), confidence: 0.9, state: "abandoned", user: "ada" }),
      line({ id: "a", at: at(9), confidence: 0.95, state: "done" }),
    ],
    are: [{ success: 1, confidence: 0.95, state: "done", user: "ada" }],
  },
  "of two that were known at once the worse": {
    lines: [
      line({ id: "a", success: true, at: at(1), confidence: 0.9, state: "expired", feedback: "up", valueUsd: 2 }),
      line({ id: "a", at: at(1), confidence: 0.1, state: "failed", feedback: "down", valueUsd: -3, overridden: true }),
      line({ id: "a", at: at(1), overridden: false }),
    ],
    are: [{ success: 1, confidence: 0.1, state: "failed", feedback: "down", valueUsd: -3, overridden: 1 }],
  },
  "a trace and what its process says of it are one outcome, whose success is its own": {
    lines: [traced({ success: true, latencyMs: 5 }), line({ traceId: "T", success: false, at: at(3), latencyMs: 4 })],
    are: [{ id: "trace/T", success: 0, version: "v1", latencyMs: 4, at: at(3) }],
  },
  "also where the process has an id of its own": {
    lines: [traced({ success: true, model: "m" }), line({ id: "a", traceId: "T", success: false, at: at(3) })],
    are: [{ success: 0, version: "v1", model: "m" }],
  },
  "also where its id and its trace are told apart and tied later": {
    lines: [
      traced({ success: true, model: "m" }),
      line({ id: "a", success: false, at: at(3), user: "ada" }),
      line({ id: "a", traceId: "T", at: at(4) }),
    ],
    are: [{ success: 0, version: "v1", model: "m", user: "ada" }],
  },
  "also where the line that ties them is the last to say nothing of its id": {
    lines: [
      line({ id: "a", success: null, traceId: "T", at: at(2) }),
      line({ id: "a", success: true, at: at(9) }),
      traced({ success: false }),
    ],
    are: [{ success: 1, at: at(9) }],
  },
  "another target's is another outcome, though its trace is the same": {
    lines: [traced({ success: true }), line({ target: "agents/y", traceId: "T", success: false, at: at(3) })],
    are: [
      { target: "agents/x", success: 1 },
      { target: "agents/y", success: 0 },
    ],
  },
  "what only the trace says stays": {
    lines: [traced({ success: true, version: "v3", state: "done" }), line({ traceId: "T", at: at(3), user: "ada" })],
    are: [{ success: 1, version: "v1", state: "done", user: "ada" }],
  },
  "unknown stays unknown": {
    lines: [traced({ state: "done", feedback: "up" }), traced({ success: null, toolCalls: 1 })],
    are: [{ id: "trace/T", success: null, state: "done", feedback: "up", toolCalls: 1 }],
  },
  "neither a state nor a person's word makes a success or a failure": {
    lines: [line({ id: "a", at: at(1), state: "failed", feedback: "down" }), line({ id: "b", state: "abandoned", success: true, at: at(1) })], // prettier-ignore
    are: [{ id: "a", success: null, state: "failed" }, { id: "b", success: 1, state: "abandoned" }], // prettier-ignore
  },
};

describe("what becomes of an outcome", () => {
  test.each(Object.entries(CASES))("%s", async (_, { lines: all, are }) => {
    for (const some of [all, [...all].reverse()])
      for (const isAtOnce of [false, true]) {
        const store = await openRecorded();
        for (const each of isAtOnce ? [some] : some.map((one) => [one])) await store.record(each);
        const found = await store.rows(`SELECT d.*, o.target, o.id, o.success, o.version, o.at, o."latencyMs" FROM
          (SELECT target, id, success, version, at, "latencyMs" FROM observations UNION ALL SELECT target, id, NULL, NULL, NULL, NULL FROM "openOutcomes") o
          LEFT JOIN "outcomeDetails" d ON d.target = o.target AND d.id = o.id ORDER BY o.target, o.id`);
        expect(found).toMatchObject(are);
        expect(found.length).toBe(are.length);
        expect(await store.value(`SELECT COALESCE(SUM(n), 0) FROM outcomes`)).toBe(are.filter(({ success }) => success !== null).length); // prettier-ignore
      }
  });
});

describe("what a rollout counts", () => {
  const tallied = (store: TestStore) =>
    store.rows("SELECT arm, n, sum FROM tallies WHERE metric = 'success' ORDER BY arm");
  const own = (more: Partial<OutcomeLine> = {}) =>
    line({ version: "v2", success: false, unit: "u", at: at(2), ...more });
  async function openCounting() {
    const store = await openRecorded();
    await startedRollout(store, { target: "agents/x" });
    return store;
  }

  test("nothing of an outcome without a version, which is stored, added up and not unknown", async () => {
    const store = await openCounting();
    const done = await store.record([traced({ success: true }), traced({ success: false, traceId: "U", safe: false })]);
    expect([done.recorded, done.unknowns, done.counted]).toEqual([2, [], []]);
    expect(await store.rows("SELECT version, n, succeeded FROM outcomes")).toEqual([{ version: "", n: 2, succeeded: 1 }]); // prettier-ignore
    expect([await tallied(store), await store.column("SELECT rollout FROM observations")]).toEqual([[], [null, null]]);
  });

  test.each<[string, OutcomeLine[]]>([
    ["before its trace", [own({ traceId: "T" }), traced({ success: true })]],
    ["after it", [traced({ success: true }), own({ traceId: "T" })]],
    ["after it, with an id of its own", [traced({ success: true }), own({ traceId: "T", id: "a" })]],
    [
      "before it, under its id alone at first",
      [own({ id: "a" }), traced({ success: true }), own({ id: "a", traceId: "T" })],
    ],
  ])("an outcome once that its process tells %s", async (_, all) => {
    const store = await openCounting();
    for (const each of all) await store.record([each]);
    expect(await tallied(store)).toEqual([{ arm: "candidate", n: 1, sum: 0 }]);
    expect(await store.value(`SELECT "correctedAfter" FROM rollouts`)).toBe(0);
    expect(await store.rows("SELECT rollout, version FROM observations")).toEqual([{ rollout: 1, version: "v2" }]);
  });

  test("what was counted of two that turn out to be one stays, and is said", async () => {
    const store = await openCounting();
    await store.record([traced({ success: true, version: "v2" }), own({ id: "a", safe: false })]);
    await store.record([own({ id: "a", traceId: "T" })]);
    expect(await tallied(store)).toEqual([{ arm: "candidate", n: 2, sum: 1 }]);
    expect(await store.value(`SELECT "correctedAfter" FROM rollouts`)).toBeGreaterThan(0);
    const [seq] = await store.column("SELECT seq FROM observations");
    expect(await store.column("SELECT DISTINCT observation FROM breaches")).toEqual([seq]);
  });
});

test("processes that tell a task under its id and its trace at the same moment tell one outcome", async () => {
  const address = await newStoreAddress();
  const stores = [await openTestStore({ address }), await openTestStore({ address }), await openTestStore({ address })];
  const tasks = Array.from({ length: 12 }, (_, i) => i);
  await Promise.all(
    stores.map(async (store, which) => {
      const recorder = recorderFor(store);
      for (const i of tasks) {
        const names = [{ id: `i${i}` }, { traceId: `T${i}`, source: "trace" as const }, { id: `i${i}`, traceId: `T${i}` }]; // prettier-ignore
        await recorder.record("production", [line({ ...names[which], success: which !== 1, at: at(which) })], NOW);
      }
    }),
  );
  const [store] = stores as [TestStore];
  expect(await store.rows("SELECT COUNT(*) AS n, SUM(success) AS good FROM observations")).toEqual([{ n: 12, good: 12 }]); // prettier-ignore
  expect(await store.rows("SELECT SUM(n) AS n, SUM(succeeded) AS good FROM outcomes")).toEqual([{ n: 12, good: 12 }]);
});
