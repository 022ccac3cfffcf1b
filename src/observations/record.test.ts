import { describe, expect, test } from "vitest";
import type { Store } from "../state/store.ts";
import { BEGIN, closeLook, minutesLater, PLAN, startedRollout, stepUp } from "../testing/rollout.ts";
import { seeded } from "../testing/seeded.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { CAP_VALUES } from "../rollout/caps.ts";
import { breachesOf, type Rollout, rolloutBySeq, talliesOf } from "../rollout/rollouts.store.ts";
import { recorderFor } from "./record.ts";
import type { Observation } from "./schema.ts";

const NOW = new Date(minutesLater(600));

const seen = (version: string, more: Partial<Observation> = {}): Observation => {
  return { target: "prompts/x", version, success: true, at: minutesLater(1), ...more };
};
const control = (more: Partial<Observation> = {}) => seen("v1", more);
const candidate = (more: Partial<Observation> = {}) => seen("v2", more);

/** A new store, and whoever records into it at that time. */
async function openRecorded() {
  const store = await openTestStore();
  const recorder = recorderFor(store);
  return {
    ...store,
    record: (environment: string, all: readonly Observation[]) => recorder.record(environment, all, NOW),
  };
}

/** `look weight arm metric: n sum squares`, one line a tally. */
async function tallies({ db }: Store, { seq }: Rollout): Promise<string[]> {
  return (await talliesOf(db, seq, { from: 1, to: 99 })).map(
    ({ look, weight, arm, metric, n, sum, squares }) =>
      `${look} ${weight} ${arm} ${metric}: ${n} ${+sum.toFixed(9)} ${+squares.toFixed(9)}`,
  );
}

interface Case {
  shadow?: true;
  /** In order; a function does something to the rollout in between. */
  does: (Observation | ((store: Store, rollout: Rollout) => Promise<unknown>))[];
  tallies: string[];
}

const up = (minutes: number) => (store: Store, rollout: Rollout) => stepUp(store, rollout, minutesLater(minutes));
const ID = "0199f000-0000-7000-8000-000000000001";

/** The cohorts are those of the first two steps. */
const COHORTS = {
  steps: [0, 0, 0.05, 0.25, 1],
  cohorts: [
    { name: "internal", domain: "example.com" },
    { name: "partners", units: ["p1", "p2", "eve@example.com"] },
  ],
};
const staff = (unit: number, more: Partial<Observation> = {}) => candidate({ unit: `s${unit}@Example.com`, ...more });

const COHORT_CASES: Record<string, Pick<Case, "does" | "tallies"> & { counts: string[]; shadow?: true }> = {
  "each answer counts, and each unit once": {
    does: [staff(1), staff(1, { success: false }), staff(2)],
    counts: ["1 internal: 2 of 3, units 2, control 0"],
    tallies: [],
  },
  "looks are kept apart, and a unit stays one that came": {
    does: [staff(1), closeLook, staff(1), staff(2)],
    counts: ["1 internal: 1 of 1, units 1, control 0", "2 internal: 2 of 2, units 1, control 0"],
    tallies: [],
  },
  "everybody else is in no comparison at a cohort's step": {
    does: [control({ unit: "u" }), candidate({ unit: "w" }), control(), staff(1)],
    counts: ["1 internal: 1 of 1, units 1, control 0"],
    tallies: [],
  },
  "at a weight a cohort's unit is still in no tally, whatever its line says": {
    does: [
      ...[up(61), up(130)],
      ...[staff(1, { at: minutesLater(131), rollout: ID, weight: 0.05 }), staff(1, { at: minutesLater(132) })],
      ...[candidate({ unit: "p1", at: minutesLater(133), rollout: ID, weight: 1 })],
      ...[candidate({ unit: "u", at: minutesLater(134) }), control({ unit: "w", at: minutesLater(135) })],
    ],
    counts: ["1 internal: 2 of 2, units 1, control 0", "1 partners: 1 of 1, units 1, control 0"],
    tallies: ["1 0.05 candidate success: 1 1 1", "1 0.05 control success: 1 1 1"],
  },
  "what the control answered a cohort is counted apart, from its step on": {
    does: [
      ...[control({ unit: "s1@example.com" }), control({ unit: "p1" }), up(61)],
      ...[control({ unit: "p1", at: minutesLater(62) }), control({ unit: "p1", at: minutesLater(60) })],
    ],
    counts: ["1 internal: 0 of 0, units 0, control 1", "1 partners: 0 of 0, units 0, control 1"],
    tallies: [],
  },
  "before its step a cohort was not served; what this rollout served says so itself": {
    does: [candidate({ unit: "p1" }), up(61), candidate({ unit: "p1" }), candidate({ unit: "p2", rollout: ID })],
    counts: ["1 partners: 1 of 1, units 1, control 0"],
    tallies: [],
  },
  "a unit of two is of the first": {
    does: [up(61), candidate({ unit: "eve@example.com", at: minutesLater(62) })],
    counts: ["1 internal: 1 of 1, units 1, control 0"],
    tallies: [],
  },
  "what another rollout served is not its own": {
    does: [staff(1, { rollout: "another" })],
    counts: [],
    tallies: [],
  },
  "a copy in shadow is a copy, whoever's input it was": {
    shadow: true,
    does: [staff(1, { shadow: true, success: false }), staff(1)],
    counts: [],
    tallies: ["1 0 shadow success: 1 0 0"],
  },
};

async function cohortCounts(store: TestStore): Promise<string[]> {
  const rows = await store.rows(`SELECT * FROM "cohortCounts" ORDER BY look, cohort`);
  return rows.map(({ look, cohort, answers, succeeded, units, control: by }) => {
    return `${String(look)} ${String(cohort)}: ${String(succeeded)} of ${String(answers)}, units ${String(units)}, control ${String(by)}`;
  });
}

const CASES: Record<string, Case> = {
  "requests without a unit are units of their own": {
    does: [control(), control({ success: false }), candidate()],
    tallies: ["1 0.05 candidate success: 1 1 1", "1 0.05 control success: 2 1 1"],
  },
  "requests of a unit while its look is open are averaged": {
    does: [
      control({ unit: "u" }),
      control({ unit: "u", success: false }),
      control({ unit: "u" }),
      control({ unit: "w" }),
    ],
    tallies: ["1 0.05 control success: 2 1.666666667 1.444444444"],
  },
  "metrics are averaged each over the requests that have them": {
    does: [control({ unit: "u", safe: true }), control({ unit: "u" }), control({ unit: "u", safe: false })],
    tallies: ["1 0.05 control safety: 1 0.5 0.25", "1 0.05 control success: 1 1 1"],
  },
  "after its look was closed, a unit does not change what was judged": {
    does: [control({ unit: "u" }), closeLook, control({ unit: "u", success: false }), control({ unit: "w" })],
    tallies: ["1 0.05 control success: 1 1 1", "2 0.05 control success: 1 1 1"],
  },
  "a unit that changes its arm at one weight stays where it was first": {
    does: [control({ unit: "u" }), candidate({ unit: "u", success: false })],
    tallies: ["1 0.05 control success: 1 1 1"],
  },
  "the control's unit is a new arrival at a larger weight, with what is known of it": {
    does: [
      control({ unit: "u" }),
      up(61),
      candidate({ unit: "u", success: false, at: minutesLater(62) }),
      candidate({ unit: "u", at: minutesLater(63) }),
      control({ unit: "w", at: minutesLater(64) }),
    ],
    tallies: [
      "1 0.05 control success: 1 1 1",
      // (0.25 - 0.05) / (1 - 0.05)
      "1 0.210526315789 candidate success: 1 0.5 0.25",
      "1 0.25 control success: 1 1 1",
    ],
  },
  "and again at each weight after that": {
    does: [
      ...[control({ unit: "u" }), up(61), control({ unit: "u", at: minutesLater(62) })],
      ...[up(130), control({ unit: "u", at: minutesLater(131) })],
    ],
    tallies: [
      "1 0.05 control success: 1 1 1",
      "1 0.210526315789 control success: 1 1 1",
      // (0.5 - 0.25) / (1 - 0.25)
      "1 0.333333333333 control success: 1 1 1",
    ],
  },
  "the candidate's unit has nothing to be compared with at a larger weight": {
    does: [candidate({ unit: "u" }), up(61), candidate({ unit: "u", success: false, at: minutesLater(62) })],
    tallies: ["1 0.05 candidate success: 1 1 1"],
  },
  "a late report of a smaller weight does not count a unit twice": {
    does: [up(61), control({ unit: "u", at: minutesLater(62) }), control({ unit: "u", success: false })],
    tallies: ["1 0.25 control success: 1 1 1"],
  },
  "the weight is the one at its time, or what this rollout's assignment says": {
    does: [
      up(61),
      control({ unit: "a" }),
      control({ unit: "b", at: minutesLater(62) }),
      control({ unit: "c", at: minutesLater(62), rollout: ID, weight: 0.05 }),
      control({ unit: "d", at: minutesLater(62), weight: 0.9 }),
      control({ unit: "e", at: "2030-01-01T00:00:00+01:00" }),
    ],
    tallies: ["1 0.05 control success: 2 2 2", "1 0.25 control success: 3 3 3"],
  },
  "what another rollout assigned, another version, or a time before it is not counted": {
    does: [control({ rollout: "another", weight: 0.05 }), seen("v9"), control({ at: "2026-11-21T09:59:59.999Z" })],
    tallies: [],
  },
  "in shadow, only copies for the candidate count": {
    shadow: true,
    does: [
      control({ unit: "u" }),
      candidate({ unit: "u" }),
      candidate({ unit: "u", shadow: true, success: false }),
      control({ shadow: true }),
    ],
    tallies: ["1 0 shadow success: 1 0 0"],
  },
  "a copy's unit is another than the same one served": {
    does: [
      control({ unit: "u" }),
      candidate({ unit: "u", shadow: true }),
      candidate({ unit: "u", shadow: true, success: false }),
    ],
    tallies: ["1 0 shadow success: 1 0.5 0.25", "1 0.05 control success: 1 1 1"],
  },
  "at 100 % the candidate is it for sure": {
    does: [up(61), up(130), up(200), candidate({ unit: "u", at: minutesLater(201) })],
    tallies: ["1 1 candidate success: 1 1 1"],
  },
};

describe("what counts for a rollout", () => {
  test.each(Object.entries(CASES))("%s", async (_, { shadow, does, tallies: expected }) => {
    const store = await openRecorded();
    const plan = { stepObservations: 0, ...(shadow && { shadow: { timeMs: 1e6, observations: 10 } }) };
    const rollout = await startedRollout(store, { plan });
    for (const act of does) {
      if (typeof act === "function") await act(store, rollout);
      else expect((await store.record("production", [act])).recorded).toBe(1);
    }
    expect(await tallies(store, rollout)).toEqual(expected);
  });

  test.each(Object.entries(COHORT_CASES))("of a cohort: %s", async (_, { shadow, does, tallies: expected, counts }) => {
    const store = await openRecorded();
    const copies = { shadow: { timeMs: 1e6, observations: 10 } };
    const rollout = await startedRollout(store, { plan: { stepObservations: 0, ...COHORTS, ...(shadow && copies) } });
    for (const act of does) {
      if (typeof act === "function") await act(store, rollout);
      else expect((await store.record("production", [act])).recorded).toBe(1);
    }
    expect(await tallies(store, rollout)).toEqual(expected);
    expect(await cohortCounts(store)).toEqual(counts);
  });

  test("a repeat changes nothing; other environments and targets are apart", async () => {
    const store = await openRecorded();
    const rollout = await startedRollout(store);
    const first = candidate({ id: "a", unit: "u", safe: false, breach: "pii" });
    expect(await store.record("production", [first, seen("v9")])).toEqual({
      ...{
        ...{ recorded: 2, repeated: 0, completed: 0, corrected: 0 },
        moved: [],
        unknowns: [{ of: "version", target: "prompts/x", name: "v9", n: 1, known: ["v1", "v2"] }],
      },
      counted: [{ seq: rollout.seq, target: rollout.target, look: 1, breached: true }],
    });
    const before = await dump(store);
    const again = [first, first];
    expect(await store.record("production", again)).toMatchObject({ recorded: 0, repeated: 2, unknowns: [] });
    expect(await dump(store)).toEqual(before);
    const elsewhere = await store.record("staging", [first]);
    const other = await store.record("production", [{ ...first, target: "agents/x" }]);
    expect(elsewhere.recorded + other.recorded).toBe(2);
    expect(await tallies(store, rollout)).toEqual([
      "1 0.05 candidate safety: 1 0 0",
      "1 0.05 candidate success: 1 1 1",
    ]);
  });

  test("each breach of the candidate is kept: of a copy, of a unit that no longer counts, in the open look, named alone", async () => {
    const store = await openRecorded();
    const rollout = await startedRollout(store);
    const unsafe = { safe: false, unit: "u" };
    const first = [candidate({ ...unsafe, breach: "pii" }), control(unsafe), candidate({ ...unsafe, shadow: true })];
    await store.record("production", first);
    await closeLook(store, rollout);
    await store.record("production", [candidate({ unit: "u", breach: "secrets" })]);
    expect(await breachesOf(store.db, rollout.seq)).toEqual([
      { look: 1, observation: 1, kind: "pii" },
      { look: 1, observation: 3, kind: "unspecified" },
      { look: 2, observation: 4, kind: "secrets" },
    ]);
  });

  test("a cap is frozen from the control's first values, and judges what comes after them", async () => {
    const store = await openRecorded();
    const rollout = await startedRollout(store, {
      plan: { caps: { latency: { maxIncrease: 0.2, cap: null }, cost: null } },
    });
    const values = Array.from({ length: CAP_VALUES }, (_, i) => control({ latencyMs: i + 1, costUsd: 1 }));
    const early = [candidate({ latencyMs: 9999 }), control({ latencyMs: 1, shadow: true })];
    await store.record("production", [...early, ...values.slice(0, -1)]);
    expect((await rolloutBySeq(store.db, rollout.seq))?.caps.latency).toBeNull();
    const after = [control({ latencyMs: 114 }), candidate({ latencyMs: 114 }), candidate({ latencyMs: 114.1 })];
    await store.record("production", [...values.slice(-1), ...after]);
    // p95 of 1 … 100 is 95
    expect((await rolloutBySeq(store.db, rollout.seq))?.caps).toMatchObject({ latency: { cap: 114 }, cost: null });
    expect((await tallies(store, rollout)).filter((line) => line.includes("latency"))).toEqual([
      "1 0.05 candidate latency: 2 1 1",
      "1 0.05 control latency: 1 1 1",
    ]);
  });

  test("a batch that fails is not stored at all", async () => {
    const store = await openRecorded();
    const rollout = await startedRollout(store);
    const bad = { ...control(), latencyMs: "slow" } as unknown as Observation;
    await expect(store.record("production", [control({ id: "a" }), bad])).rejects.toThrow();
    expect(await tallies(store, rollout)).toEqual([]);
    expect((await store.record("production", [control({ id: "a" })])).recorded).toBe(1);
  });

  test("what is said to come later counts as now: else it were a bad thing of the last hour for ever", async () => {
    const store = await openRecorded();
    await store.record("production", [control({ at: "2999-01-01T00:00:00Z" })]);
    expect(await store.column("SELECT at FROM observations")).toEqual([NOW.toISOString()]);
  });

  test("hours add up what was observed of each version", async () => {
    const store = await openRecorded();
    await startedRollout(store);
    const at = "2026-11-21T12:59:59+02:00";
    const all = [
      control({ latencyMs: 10, costUsd: 0.5, safe: false }),
      control({ success: false, at }),
      seen("v7", { at }),
    ];
    for (const observation of all) await store.record("production", [observation]);
    expect(await table(store, "outcomes", "version")).toEqual([
      ["production", "prompts/x", "v1", BEGIN, 0, 2, 1, 1, 10, 1, 0.5, 1, 1],
      ["production", "prompts/x", "v7", BEGIN, 0, 1, 1, 0, 0, 0, 0, 0, 0],
    ]);
  });
});

async function table(store: TestStore, name: string, order: string): Promise<any[][]> {
  return (await store.rows(`SELECT * FROM ${name} ORDER BY ${order}`)).map((row) => Object.values(row));
}

async function dump(store: TestStore) {
  return {
    observations: await store.rows("SELECT * FROM observations ORDER BY seq"),
    outcomes: await table(store, "outcomes", "hour, version, shadow"),
    units: await table(store, "units", "unit"),
    tallies: await table(store, "tallies", "look, weight, arm, metric"),
    cohorts: await cohortCounts(store),
    returns: await table(store, "returns", "look, hour, class, arm"),
    breaches: await store.rows("SELECT * FROM breaches ORDER BY observation"),
    rollouts: await table(store, "rollouts", "seq"),
  };
}

/** Sums to 1e-9, since they depend on where they were cut; observations counted without the numbers that PostgreSQL leaves out. */
function comparable({ observations, breaches, ...others }: Awaited<ReturnType<typeof dump>>): unknown {
  const places = new Map(observations.map(({ seq }, i) => [seq as number, i + 1]));
  return near({
    ...others,
    observations: observations.map((row) => ({ ...row, seq: places.get(row["seq"]) })),
    breaches: breaches.map((row) => ({ ...row, observation: places.get(row["observation"]) })),
  });
}

function near(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(near);
  if (typeof value === "number") return +value.toFixed(9);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, near(inner)]));
}

function stream(seed: number): Observation[] {
  const random = seeded(seed);
  const pick = <T>(...choices: T[]): T => choices[Math.floor(random() * choices.length)] as T;
  return Array.from({ length: 1200 }, (_, i) => {
    return seen(pick("v1", "v1", "v1", "v2", "v2", "v3"), {
      id: pick(`${seed}-${i}`, `${seed}-${Math.floor(i / 2)}`),
      at: minutesLater(Math.floor(random() * 220) - 5),
      success: random() < 0.8,
      ...(random() < 0.8 && { unit: `u${Math.floor(random() * 150)}` }),
      ...(random() < 0.6 && { latencyMs: Math.ceil(random() * 900) }),
      ...(random() < 0.4 && { costUsd: random() }),
      ...(random() < 0.3 && { safe: random() < 0.9 }),
      ...(random() < 0.1 && { shadow: true }),
      ...(random() < 0.3 && { rollout: pick(ID, "another"), weight: pick(...PLAN.steps) }),
    });
  });
}

describe("however a stream is cut", () => {
  test.each([1, 2, 3, 4])("seed %i: the counts are the same, and a second import changes nothing", async (seed) => {
    const random = seeded(seed + 100);
    const all = stream(seed);
    const half = all.length / 2;
    const imported = async (cut: () => number) => {
      const store = await openRecorded();
      const first = { steps: [0, ...PLAN.steps], cohorts: [{ name: "internal", units: ["u1", "u2", "u3"] }] };
      const alarm = { floors: 0, returns: 0.1, guardrails: { success: 0.9 } };
      const plan = { stepObservations: 0, ...(seed === 4 && first), ...(seed > 2 && { alarm }) };
      const rollout = await startedRollout(store, { plan });
      for (let i = 0; i < all.length;) {
        if (i === half) {
          await closeLook(store, rollout);
          await stepUp(store, rollout, minutesLater(100));
        }
        const end = Math.min(i + cut(), i < half ? half : all.length);
        await store.record("production", all.slice(i, end));
        i = end;
      }
      return store;
    };
    const [whole, small] = [await imported(() => Infinity), await imported(() => 1 + Math.floor(random() * 30))];
    expect(comparable(await dump(small))).toEqual(comparable(await dump(whole)));
    const before = await dump(small);
    await small.record("production", all);
    expect(await dump(small)).toEqual(before);
    await checkSums(small);
    expect(before.returns.length > 10).toBe(seed > 2);
  });
});

/** What the engine demands of totals: no outcome outside [0, 1]. */
async function checkSums({ db }: Store): Promise<void> {
  const rows = await talliesOf(db, 1, { from: 1, to: 99 });
  expect(rows.length).toBeGreaterThan(10);
  for (const { n, sum, squares } of rows) {
    expect(sum).toBeGreaterThanOrEqual(0);
    expect(sum).toBeLessThanOrEqual(n + 1e-9);
    expect(squares).toBeLessThanOrEqual(sum + 1e-9);
  }
}
