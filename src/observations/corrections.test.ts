import { describe, expect, test } from "vitest";
import { talliesOf } from "../rollout/rollouts.store.ts";
import { closeLook, minutesLater, startedRollout } from "../testing/rollout.ts";
import { seeded } from "../testing/seeded.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { exposureToken } from "./exposure-token.ts";
import { recorderFor } from "./record.ts";
import type { Observation } from "./schema.ts";

const NOW = new Date(minutesLater(600));
const at = minutesLater;
const token = (minutes: number) => exposureToken(Date.parse(at(minutes)), "p1", 7);

/** A line of outcome `a` of v1. */
const line = (more: Partial<Observation> = {}): Observation => ({
  target: "prompts/x",
  version: "v1",
  id: "a",
  ...more,
});

async function openRecorded() {
  const store = await openTestStore();
  const recorder = recorderFor(store);
  const record = (lines: readonly Observation[], now = NOW) => recorder.record("production", lines, now);
  return { ...store, record };
}

/** What is stored of outcomes and added up of them: without row numbers, and sums to 1e-9. */
async function kept(store: TestStore): Promise<Record<string, unknown[]>> {
  const all = async (sql: string) => (await store.rows(sql)).map(near);
  return {
    observations: await all(`SELECT target, id, version, unit, success, "latencyMs", "costUsd", "inputTokens", "outputTokens", safe, breach, shadow, at, "servedAt", "knownAt" FROM observations ORDER BY target, id`),
    open: await all(`SELECT * FROM "openOutcomes" ORDER BY target, id`),
    hours: await all("SELECT * FROM outcomes ORDER BY target, version, hour, shadow"),
    minutes: await all(`SELECT * FROM "outcomeMinutes" ORDER BY target, version, minute, shadow`),
    delays: await all("SELECT * FROM delays ORDER BY target, version, day, success, bucket"),
  }; // prettier-ignore
}

function near(row: Record<string, unknown>): Record<string, unknown> {
  const rounded = (value: unknown) => (typeof value === "number" ? Number(value.toFixed(9)) + 0 : value);
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, rounded(value)]));
}

/** Lines of a few ids that contradict each other, some known at the same time. */
function lines(seed: number): Observation[] {
  const random = seeded(seed);
  const pick = <T>(...choices: T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const time = () => at(Math.floor(random() * 40) * 7);
  return Array.from({ length: 60 }, () => {
    const when = pick<() => Partial<Observation>>(
      () => ({ at: time() }),
      () => ({ servedAt: time() }),
      () => ({ servedAt: time(), at: time() }),
      () => ({ exposure: token(Math.floor(random() * 200)), at: time() }),
    );
    return line({
      ...{ target: pick("prompts/x", "prompts/x", "agents/y"), id: `i${Math.floor(random() * 7)}` },
      ...{ version: pick("v1", "v1", "v2"), success: pick(true, false, null), ...when() },
      ...(random() < 0.4 && { unit: pick("u", "w") }),
      ...(random() < 0.4 && { latencyMs: pick(1, 2.5, 300), inputTokens: pick(1, 2) }),
      ...(random() < 0.3 && { costUsd: pick(0.1, 0.2, 0.3), outputTokens: pick(1, 2) }),
      ...(random() < 0.3 && { safe: pick(true, false), ...(random() < 0.4 && { breach: pick("pii", "tone") }) }),
      ...(random() < 0.2 && { shadow: pick(true, false) }),
    });
  });
}

describe("lines of one id, in any order and division", () => {
  test.each([1, 2, 3, 4, 5, 6])("seed %i: the same outcomes, the same that are open, the same sums", async (seed) => {
    const random = seeded(seed + 1000);
    const all = lines(seed);
    const imported = async (some: readonly Observation[], cut: () => number) => {
      const store = await openRecorded();
      await startedRollout(store, { plan: { critical: ["pii"] } });
      for (let i = 0; i < some.length;) {
        const end = i + cut();
        const { recorded, repeated, completed, corrected } = await store.record(some.slice(i, end));
        expect(recorded + repeated + completed + corrected).toBe(Math.min(end, some.length) - i);
        i = end;
      }
      return kept(store);
    };
    const whole = await imported(all, () => all.length);
    expect(whole["observations"]?.length).toBeGreaterThan(5);
    for (const most of [1, 4, 30, 200]) {
      // Some come twice.
      const shuffled = [...all, ...all.filter(() => random() < 0.3)].map((each) => [random(), each] as const);
      const order = shuffled.sort(([a], [b]) => a - b).map(([, each]) => each);
      expect(await imported(order, () => 1 + Math.floor(random() * most))).toEqual(whole);
    }
  });
});

type Row = Record<string, unknown>;
interface Case {
  lines: Observation[];
  /** What the observation has, `null` where it is open. */
  row: Row | null;
  /** `version hour: succeeded of n`. */
  hours?: string[];
  /** `success within 2^bucket s: n`. */
  delays?: string[];
}

const CASES: Record<string, Case> = {
  "a time alone is both": {
    lines: [line({ success: true, servedAt: at(1) })],
    row: { at: at(1), servedAt: null, knownAt: null },
    delays: [],
  },
  "what was served and known at two times is of the hour it was served": {
    lines: [line({ success: true, servedAt: at(1), at: at(241) })],
    row: { at: at(241), servedAt: at(1), knownAt: null },
    hours: ["v1 2026-11-21T10:00:00.000Z: 1 of 1"],
    delays: ["1 within 2^14 s: 1"],
  },
  "an exposure says when it was served, and its outcome is known now": {
    lines: [line({ success: false, exposure: token(599) })],
    row: { at: at(600), servedAt: at(599) },
    delays: ["0 within 2^6 s: 1"],
  },
  "its line may say both": {
    lines: [line({ success: false, exposure: token(5), servedAt: at(6), at: at(8) })],
    row: { at: at(8), servedAt: at(6) },
  },
  "a name of somebody's own says nothing of when": {
    lines: [line({ success: true, exposure: "checkout-42" })],
    row: { at: at(600), servedAt: null },
    delays: [],
  },
  "known at once is a delay too, where an exposure says so": {
    lines: [line({ success: true, exposure: token(9), at: at(9) })],
    row: { at: at(9), servedAt: at(9) },
    delays: ["1 within 2^0 s: 1"],
  },
  "nothing is served after it was known": {
    lines: [line({ success: true, servedAt: at(9), at: at(3) })],
    row: { at: at(3), servedAt: null },
    delays: [],
  },
  "nothing comes from the future": {
    lines: [line({ success: true, servedAt: "2999-01-01T00:00:00Z", at: "2999-01-02T00:00:00Z" })],
    row: { at: at(600), servedAt: null },
  },
  "until somebody knows whether it was a success it is open, and in no sum": {
    lines: [line({ success: null, at: at(1), latencyMs: 3 }), line({ at: at(2), costUsd: 1 })],
    row: null,
    hours: [],
    delays: [],
  },
  "parts make one outcome, served when the first of them came": {
    lines: [
      line({ success: null, at: at(1), latencyMs: 3, unit: "u" }),
      line({ success: true, at: at(61), safe: true }),
      line({ at: at(300), costUsd: 2 }),
    ],
    row: { success: 1, latencyMs: 3, costUsd: 2, safe: 1, unit: "u", at: at(61), servedAt: at(1) },
    hours: ["v1 2026-11-21T10:00:00.000Z: 1 of 1"],
    delays: ["1 within 2^12 s: 1"],
  },
  "what was known later wins, whenever it comes": {
    lines: [
      line({ success: false, at: at(90), version: "v2", latencyMs: 9 }),
      line({ success: true, at: at(30), safe: false }),
    ],
    row: { version: "v2", success: 0, latencyMs: 9, safe: 0, at: at(90), servedAt: at(30) },
    hours: ["v2 2026-11-21T10:00:00.000Z: 0 of 1"],
    delays: ["0 within 2^12 s: 1"],
  },
  "of two that were known at once the worse": {
    lines: [
      line({ at: at(1), success: true, safe: false, latencyMs: 5, costUsd: 2 }),
      line({ at: at(1), success: false, safe: true, latencyMs: 4, costUsd: 3 }),
    ],
    row: { success: 0, safe: 0, latencyMs: 5, costUsd: 3, knownAt: null },
  },
  "said is more than guessed: a line that gives when it was served moves it": {
    lines: [
      line({ success: true, at: at(90) }),
      line({ success: true, servedAt: at(5), at: at(91) }),
      line({ success: true, servedAt: at(70), at: at(92) }),
    ],
    row: { at: at(92), servedAt: at(70) },
    hours: ["v1 2026-11-21T11:00:00.000Z: 1 of 1"],
    delays: ["1 within 2^11 s: 1"],
  },
  "a copy stays one": {
    lines: [line({ success: null, shadow: true, at: at(1) }), line({ success: true, at: at(2) })],
    row: { shadow: 1 },
    delays: [],
  },
};

describe("what becomes of an outcome", () => {
  test.each(Object.entries(CASES))("%s", async (_, { lines: all, row, hours, delays }) => {
    for (const some of [all, [...all].reverse()]) {
      const store = await openRecorded();
      for (const each of some) await store.record([each]);
      const [found] = await store.rows("SELECT * FROM observations");
      if (row === null)
        expect([found, await store.value(`SELECT COUNT(*) FROM "openOutcomes"`)]).toEqual([undefined, 1]);
      else expect(found).toMatchObject(row);
      const counted = (await kept(store)) as Record<string, Record<string, any>[]>;
      if (hours !== undefined) expect(counted["hours"]?.map((h) => `${h["version"]} ${h["hour"]}: ${h["succeeded"]} of ${h["n"]}`)).toEqual(hours); // prettier-ignore
      if (delays !== undefined) expect(counted["delays"]?.map((d) => `${d["success"]} within 2^${d["bucket"]} s: ${d["n"]}`)).toEqual(delays); // prettier-ignore
    }
  });

  test("lines are counted by what they did, and a repeat without a time is one whenever it comes", async () => {
    const store = await openRecorded();
    const did = async (...some: Observation[]) => {
      const { recorded, repeated, completed, corrected } = await store.record(some);
      return { recorded, repeated, completed, corrected };
    };
    const none = { recorded: 0, repeated: 0, completed: 0, corrected: 0 };
    expect(await did(line({ latencyMs: 1 }))).toEqual({ ...none, recorded: 1 });
    expect(await did(line({ latencyMs: 1 }), line({ costUsd: 1 }))).toEqual({ ...none, repeated: 1, corrected: 1 });
    expect(await did(line({ success: true }))).toEqual({ ...none, completed: 1 });
    const before = await kept(store);
    await store.record([line({ success: true, latencyMs: 1 })], new Date(minutesLater(900)));
    expect(await kept(store)).toEqual(before);
    expect(await did(line({ success: true }), line({ success: false }))).toEqual({
      ...none,
      repeated: 1,
      corrected: 1,
    });
    expect(await store.rows("SELECT n, version FROM corrections")).toEqual([{ n: 1, version: "v1" }]);
  });
});

describe("what was counted for a rollout", () => {
  const ID = "0199f000-0000-7000-8000-000000000001";
  const wealth = async (store: TestStore) => ({
    tallies: await talliesOf(store.db, 1, { from: 1, to: 99 }),
    units: await store.rows("SELECT * FROM units ORDER BY unit"),
    caps: await store.rows("SELECT caps FROM rollouts"),
    breaches: await store.rows("SELECT * FROM breaches"),
  });
  const FIRST: Observation[] = [
    line({ id: "c", at: at(1), unit: "u", success: true, latencyMs: 5 }),
    line({ id: "d", at: at(1), version: "v2", unit: "w", success: true, safe: true }),
  ];
  const LATER: Observation[] = [
    line({ id: "c", at: at(9), unit: "z", success: false, latencyMs: 900, version: "v2" }),
    line({ id: "d", at: at(9), version: "v2", success: false, safe: false, breach: "tone" }),
    line({ id: "d", at: at(10), servedAt: at(400), version: "v1" }),
  ];

  test("corrections change what is stored and never what was counted, and say how many there are", async () => {
    const store = await openRecorded();
    await startedRollout(store, { plan: { critical: ["pii"] } });
    await store.record(FIRST);
    const before = await wealth(store);
    expect(await store.record(LATER)).toMatchObject({ corrected: 3, counted: [] });
    await store.record(LATER);
    expect(await wealth(store)).toEqual(before);
    expect(await store.value(`SELECT "correctedAfter" FROM rollouts`)).toBe(3);
    expect(await store.column("SELECT success FROM observations ORDER BY id")).toEqual([0, 0]);
  });

  test("what waits to settle is corrected before it is counted", async () => {
    const store = await openRecorded();
    const { seq } = await startedRollout(store);
    await store.record(FIRST);
    const [row] = await store.rows("SELECT seq, at FROM observations WHERE id = 'c'");
    await store.rows("INSERT INTO unsettled (rollout, minute, observation, weight) VALUES ($1, $2, $3, 0.05)", seq, Date.parse(String(row?.["at"])) / 60_000, Number(row?.["seq"])); // prettier-ignore
    await store.record(LATER.slice(0, 1));
    expect(await store.value(`SELECT "correctedAfter" FROM rollouts`)).toBe(0);
  });

  test("a correction to a critical breach is one, in the look that is open", async () => {
    const store = await openRecorded();
    const rollout = await startedRollout(store, { plan: { critical: ["pii"] } });
    await store.record([...FIRST, line({ id: "e", at: at(1), version: "v2", success: true, breach: "tone" })]);
    await closeLook(store, rollout);
    const breach = { version: "v2", breach: "pii", at: at(8) };
    const done = await store.record([line({ id: "d", ...breach }), line({ id: "e", ...breach }), line({ id: "c", at: at(9), safe: false })]); // prettier-ignore
    expect(done.counted).toMatchObject([{ seq: rollout.seq, look: 2, breached: true }]);
    expect(await store.rows("SELECT look, kind FROM breaches ORDER BY look, observation")).toEqual([
      { look: 1, kind: "tone" },
      { look: 2, kind: "pii" },
      { look: 2, kind: "pii" },
    ]);
  });

  test("an outcome counts when its success is known, with all its parts, at the weight it was served at", async () => {
    const store = await openRecorded();
    await startedRollout(store);
    await store.record([line({ at: at(1), unit: "u", rollout: ID, weight: 0.25, safe: false })]);
    expect((await wealth(store)).tallies).toEqual([]);
    expect((await store.record([line({ at: at(200), success: true })])).counted).toMatchObject([{ breached: false }]);
    expect((await wealth(store)).tallies.map(({ weight, metric, n, sum }) => [weight, metric, n, sum])).toEqual([
      [0.25, "safety", 1, 0],
      [0.25, "success", 1, 1],
    ]);
  });
});
