import { describe, expect, test } from "vitest";
import { advance } from "../operations/watch.ts";
import { operate } from "../operations/operate.ts";
import { CAP_VALUES } from "../rollout/caps.ts";
import { replayRollout } from "../rollout/replay.ts";
import { needRollout, talliesOf } from "../rollout/rollouts.store.ts";
import type { RolloutPlan } from "../rollout/schema.ts";
import { rolloutView } from "../rollout/view.ts";
import { minutesLater, startedRollout, turnBy } from "../testing/rollout.ts";
import { seeded } from "../testing/seeded.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { minuteOf } from "./exposure-token.ts";
import { recorderFor } from "./record.ts";
import type { Observation } from "./schema.ts";
import { settleDue } from "./settle.ts";

const place = { environment: "production", target: "prompts/x" };
const ID = "0199f000-0000-7000-8000-000000000001";
const HOUR = { settleMs: 3_600_000, maxOpen: 0.05, missing: "unknown" } as const;

/** Served at a minute, at 50 %, unless told. */
const served = (version: string, minute: number, more: Partial<Observation> = {}): Observation => {
  return { target: place.target, version, success: true, at: minutesLater(minute), rollout: ID, weight: 0.5, ...more };
};
const control = (minute: number, more: Partial<Observation> = {}) => served("v1", minute, more);
const candidate = (minute: number, more: Partial<Observation> = {}) => served("v2", minute, more);

/** At a minute, these are reported, or somebody takes a turn or does something else. */
type Moment = [minute: number, ...(Observation[] | ["turn"] | ["pause"] | ["resume"])];

interface Scene {
  plan?: Partial<RolloutPlan>;
  moments: Moment[];
}

async function played({ plan = {}, moments }: Scene): Promise<TestStore> {
  const store = await openTestStore();
  await startedRollout(store, { id: ID, plan: { steps: [0.5, 1], outcomes: HOUR, critical: [], ...plan } });
  const recorder = recorderFor(store);
  for (const [minute, ...what] of moments) {
    const [first] = what;
    const at = minutesLater(minute);
    if (first === "turn") await advance(store, place, turnBy(store, at));
    else if (first === "pause" || first === "resume")
      await operate(store, place, first, { at, actor: "ada", reason: "r", mailmap: [] }); // prettier-ignore
    else await recorder.record(place.environment, what, new Date(at));
  }
  return store;
}

/** `weight arm metric: n sum`, and what waits. */
async function counted(store: TestStore) {
  const rollout = await needRollout(store.db, place);
  const tallies = await talliesOf(store.db, rollout.seq, { from: 1, to: 99 });
  const sums = new Map<string, [number, number]>();
  for (const { weight, arm, metric, n, sum } of tallies) {
    const key = `${weight} ${arm} ${metric}`;
    const [ns, all] = sums.get(key) ?? [0, 0];
    sums.set(key, [ns + n, all + sum]);
  }
  return {
    tallies: [...sums].map(([key, [n, sum]]) => `${key}: ${n} ${+sum.toFixed(9)}`).sort(),
    waiting: Number(await store.value("SELECT COUNT(*) FROM unsettled")),
    late: Number(await store.value('SELECT "correctedAfter" FROM rollouts')),
    phase: rollout.state.phase,
  };
}

const failures = (n: number, minute: number) =>
  Array.from({ length: n }, (_, i) => candidate(minute, { unit: `f${i}`, success: false }));

const CASES: Record<string, Scene & Partial<Awaited<ReturnType<typeof counted>>>> = {
  "what was reported at once counts once its hour has passed, and not before": {
    moments: [[1, candidate(1, { unit: "a" })], [61, "turn"]],
    ...{ tallies: [], waiting: 1 },
  },
  "a minute settles when its last second has": {
    moments: [[1, candidate(1, { unit: "a" })], [62, "turn"]],
    ...{ tallies: ["0.5 candidate success: 1 1"], waiting: 0 },
  },
  "failures that are known first change nothing before successes may have come": {
    moments: [[2, ...failures(200, 1)], [40, "turn"]],
    ...{ tallies: [], waiting: 200, phase: "progressing" },
  },
  "and count once they have settled": {
    moments: [[2, ...failures(200, 1)], [61.5, ...Array.from({ length: 200 }, (_, i) => control(1, { unit: `s${i}` }))], [62, "turn"]],
    ...{ waiting: 0, phase: "rolled-back" },
  },
  "a breach of a critical kind waits for nothing": {
    plan: { critical: ["pii"] },
    moments: [[2, candidate(1, { breach: "pii" })], [2, "turn"]],
    ...{ phase: "rolled-back", waiting: 0, tallies: [] },
  },
  "a breach is counted once, as a breach and as what it came to": {
    moments: [[2, candidate(1, { breach: "pii" })], [90, "turn"], [100, "turn"]],
    ...{ phase: "progressing", tallies: ["0.5 candidate safety: 1 0", "0.5 candidate success: 1 1"] },
  },
  "what comes after its minute was counted is kept, and in no count": {
    moments: [[2, candidate(1, { unit: "a" })], [70, "turn"], [71, candidate(5, { unit: "b", success: false })], [200, "turn"]],
    ...{ tallies: ["0.5 candidate success: 1 1"], waiting: 0, late: 1 },
  },
  "what comes late and in time counts": {
    moments: [[59, candidate(1, { unit: "a" })], [62, "turn"]],
    ...{ tallies: ["0.5 candidate success: 1 1"], late: 0 },
  },
  "several outcomes of one unit are one": {
    moments: [[2, candidate(1, { unit: "a" }), candidate(1.5, { unit: "a", success: false }), candidate(3, { unit: "a" })], [90, "turn"]],
    ...{ tallies: [`0.5 candidate success: 1 ${+(2 / 3).toFixed(9)}`] },
  },
  "a weight is the one it was served at, whatever the step is when it settles": {
    plan: { steps: [0.5, 0.6, 1], stepMs: 0, stepObservations: 0, outcomes: { ...HOUR, settleMs: 600_000 } },
    moments: [[2, control(1, { unit: "a" })], [12, "turn"], [13, control(12, { unit: "a", weight: 0.6 })], [30, "turn"]],
    ...{ tallies: ["0.2 control success: 1 1", "0.5 control success: 1 1"] },
  },
  "a pause stops the steps, not what is counted": {
    moments: [[2, candidate(1, { unit: "a" })], [3, "pause"], [90, "turn"]],
    ...{ tallies: ["0.5 candidate success: 1 1"], phase: "paused", waiting: 0 },
  },
  "what waits when it ends is counted no more": {
    plan: { critical: ["pii"] },
    moments: [[2, candidate(1, { unit: "a" }), candidate(1, { breach: "pii" })], [3, "turn"], [90, "turn"]],
    ...{ phase: "rolled-back", waiting: 0, tallies: [] },
  },
  "the deadline comes whatever waits": {
    plan: { deadlineMs: 1_800_000 },
    moments: [[2, candidate(1, { unit: "a" })], [31, "turn"]],
    ...{ phase: "inconclusive", waiting: 1 },
  },
  "copies wait as well": {
    plan: { shadow: { timeMs: 0, observations: 1 } },
    moments: [[1, candidate(1, { unit: "a", shadow: true, rollout: undefined, weight: undefined }), control(1, { unit: "b", shadow: true })], [40, "turn"]],
    ...{ phase: "shadow", waiting: 1, tallies: [] },
  },
  "without a time to settle an outcome counts as it arrives": {
    plan: { outcomes: { ...HOUR, settleMs: 0 } },
    moments: [[1, candidate(1, { unit: "a" })]],
    ...{ tallies: ["0.5 candidate success: 1 1"], waiting: 0 },
  },
}; // prettier-ignore

test.each(Object.entries(CASES))("%s", async (_, { moments, plan, ...wanted }) => {
  const store = await played({ moments, plan: plan ?? {} });
  expect(await counted(store)).toMatchObject(wanted);
  expect((await replayRollout(store.db, await needRollout(store.db, place))).differences).toEqual([]);
});

describe("where the missing is a failure", () => {
  const plan = { outcomes: { ...HOUR, missing: "failure" as const } };

  /** Rows as those who count exposures write them. */
  const exposed = (store: TestStore, rows: [minute: number, unit: string, arm: string, n: number][]) =>
    store.inTransaction(async (tx) => {
      const { seq } = await needRollout(tx, place);
      const values = rows.map(([minute, unit, arm, n]) => ({ rollout: seq, minute: minuteOf(minutesLater(minute)), unit, arm: arm as "control", weight: 0.5, n })); // prettier-ignore
      await tx.insertInto("exposures").values(values).execute();
    });

  test("it is so in both arms, for each time it was served beyond what is known", async () => {
    const store = await played({ plan, moments: [[2, candidate(1, { unit: "a" }), control(1, { unit: "c" })]] });
    await exposed(store, [[1, "a", "candidate", 2], [1, "b", "candidate", 1], [1, "c", "control", 1], [1, "", "control", 2], [30, "d", "control", 1]]); // prettier-ignore
    await advance(store, place, turnBy(store, minutesLater(62)));
    expect((await counted(store)).tallies).toEqual(["0.5 candidate success: 2 0.5", "0.5 control success: 3 1"]);
    await advance(store, place, turnBy(store, minutesLater(91)));
    expect((await counted(store)).tallies).toEqual(["0.5 candidate success: 2 0.5", "0.5 control success: 4 1"]);
    const view = await rolloutView(store.db, await needRollout(store.db, place), { at: minutesLater(91), held: null });
    expect(view.assumed).toEqual({ control: 3, candidate: 2 });
    await recorderFor(store).record(place.environment, [candidate(1, { unit: "b" })], new Date(minutesLater(92)));
    expect(await counted(store)).toMatchObject({ late: 1, waiting: 0 });
  });

  test("where it is unknown, it is not", async () => {
    const store = await played({ moments: [[2, candidate(1, { unit: "a" })]] });
    await exposed(store, [[1, "b", "candidate", 1]]);
    await advance(store, place, turnBy(store, minutesLater(62)));
    expect((await counted(store)).tallies).toEqual(["0.5 candidate success: 1 1"]);
  });
});

test("the order in which outcomes are reported changes nothing of what is counted", async () => {
  const random = seeded(23);
  const lines = Array.from({ length: 300 }, (_, i): Observation => {
    const of = random() < 0.5 ? control : candidate;
    const weight = random() < 0.5 ? 0.5 : 0.6;
    return of(random() * 20, { id: `line-${i}`, unit: `u${Math.floor(random() * 60)}`, success: random() < 0.8, weight, latencyMs: random() * 100 }); // prettier-ignore
  });
  const results = [];
  for (let order = 0; order < 3; order++) {
    const shuffled = lines.map((line) => ({ line, key: random() })).sort((a, b) => a.key - b.key);
    const batches = [0, 1, 2].map((i): Moment => [30 + i, ...shuffled.slice(i * 100, i * 100 + 100).map(({ line }) => line)]); // prettier-ignore
    const store = await played({ moments: [...batches, [70, "turn"], [75, "turn"], [100, "turn"]] });
    results.push(await counted(store));
  }
  expect(results[0]?.tallies.length).toBeGreaterThan(3);
  expect(results).toEqual([results[0], results[0], results[0]]);
});

test("a turn that is cut off has counted nothing, and the next one counts all", async () => {
  const store = await played({ moments: [[2, candidate(1, { unit: "a" }), candidate(3, { unit: "b" })]] });
  const cut = store.inTransaction(async (tx) => {
    await settleDue(tx, place, minutesLater(90));
    throw new Error("cut off");
  });
  await expect(cut).rejects.toThrow("cut off");
  expect(await counted(store)).toMatchObject({ tallies: [], waiting: 2 });
  await advance(store, place, turnBy(store, minutesLater(90)));
  expect(await counted(store)).toMatchObject({ tallies: ["0.5 candidate success: 2 2"], waiting: 0 });
});

test("a cap is made of the control's settled outcomes, and judges only what settles after", async () => {
  const some = CAP_VALUES * 0.6;
  const lines = (from: number, minute: number) =>
    Array.from({ length: some }, (_, i) => control(minute, { unit: `c${from + i}`, latencyMs: 100 }));
  const store = await played({
    moments: [
      [2, ...lines(0, 1)],
      [3, ...lines(some, 2)],
      [62, "turn"],
    ],
  });
  const caps = async () => (await needRollout(store.db, place)).caps;
  expect(await caps()).toEqual({ latency: null, cost: null });
  await advance(store, place, turnBy(store, minutesLater(63)));
  expect((await caps()).latency).toMatchObject({ cap: expect.closeTo(120) as number });
  const [judged, all] = [2 * some - CAP_VALUES, 2 * some];
  const tallies = [`0.5 control latency: ${judged} ${judged}`, `0.5 control success: ${all} ${all}`];
  expect((await counted(store)).tallies).toEqual(tallies);
});

test("readers count nothing, and say how many wait", async () => {
  const store = await played({ moments: [[2, candidate(1, { unit: "a" }), control(1, { unit: "b" })]] });
  const view = await rolloutView(store.db, await needRollout(store.db, place), { at: minutesLater(90), held: null });
  expect([view.settling, view.unseen]).toEqual([2, 0]);
  expect(await counted(store)).toMatchObject({ tallies: [], waiting: 2 });
});

test("an outcome that says no weight is of the weight that its unit was served at, also where it waits", async () => {
  const store = await openTestStore();
  await startedRollout(store, { id: ID, plan: { steps: [0.5, 1], outcomes: HOUR, critical: [], exposures: true } });
  const recorder = recorderFor(store);
  const exposures = [{ target: place.target, version: "v1", minute: minuteOf(minutesLater(1)), n: 1, unit: "a", rollout: ID, weight: 0.25 }]; // prettier-ignore
  await recorder.expose(place.environment, { exposures }, new Date(minutesLater(1)));
  const unsaid = { rollout: undefined, weight: undefined };
  await recorder.record(
    place.environment,
    [control(5, { ...unsaid, unit: "a" }), control(5, { ...unsaid, unit: "b" })],
    new Date(minutesLater(5)),
  );
  await advance(store, place, turnBy(store, minutesLater(70)));
  expect((await counted(store)).tallies).toEqual(["0.25 control success: 1 1", "0.5 control success: 1 1"]);
});
