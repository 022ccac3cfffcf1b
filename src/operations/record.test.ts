import { describe, expect, test } from "vitest";
import { boardAt } from "../kill/history.testing.ts";
import { kill } from "../kill/kill.ts";
import { recorderFor } from "../observations/record.ts";
import type { Observation } from "../observations/schema.ts";
import { reasonText } from "../report/rollout/reasons.ts";
import { replayRollout } from "../rollout/replay.ts";
import { needRollout } from "../rollout/rollouts.store.ts";
import type { RolloutPlan } from "../rollout/schema.ts";
import { bucketOf, isCandidate } from "../serving/assignment.ts";
import { minutesLater, startedRollout } from "../testing/rollout.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { type TurnTaker, turningRecorder } from "./record.ts";

const place = { environment: "production", target: "prompts/x" };
const AT = minutesLater(1);
const QUICK: Partial<RolloutPlan> = { stepMs: 0, stepObservations: 10, turns: "anybody" };

function recorderOf(store: TestStore, more: Partial<TurnTaker> = {}) {
  let ms = 0;
  const clock = { now: () => new Date(AT), monotonicMs: () => (ms += 300) };
  const markers = store.address.markers;
  const onTrouble = (error: unknown) => {
    throw error;
  };
  const tell = () => Promise.resolve();
  return turningRecorder(store, { clock, markers, via: "sdk", say: reasonText, onTrouble, tell, ...more });
}

/** What units are answered at the weight of now, the candidate's good in a share of them. */
async function outcomes(store: TestStore, from: number, n: number, rate: number): Promise<Observation[]> {
  const { id, state } = await needRollout(store.db, place);
  return Array.from({ length: n }, (_, i) => {
    const unit = `user-${from + i}`;
    const candidate = isCandidate(bucketOf(id, unit), state.weight);
    const success = candidate ? ((from + i) * 7919) % 1000 < rate * 1000 : (from + i) % 20 !== 0;
    return { target: place.target, version: candidate ? "v2" : "v1", unit, success, rollout: id, weight: state.weight, at: AT }; // prettier-ignore
  });
}

/** Batches as an agent's process writes them, until the rollout is over or all were recorded; whose answers they were. */
async function served(
  store: TestStore,
  rate: number,
  { batches, of = 200, more = {} }: { batches: number; of?: number; more?: Partial<TurnTaker> },
) {
  // prettier-ignore
  const recorder = recorderOf(store, more);
  let candidates = 0;
  for (let batch = 0; batch < batches; batch++) {
    const lines = await outcomes(store, batch * of, of, rate);
    candidates += lines.filter(({ version }) => version === "v2").length;
    await recorder.record(place.environment, lines, new Date(AT));
    if ((await needRollout(store.db, place)).endedAt !== null) break;
  }
  return { candidates, rollout: await needRollout(store.db, place) };
}

const looks = (store: TestStore) =>
  store.rows(`SELECT actor, via, reason FROM "auditEvents" WHERE action = 'rollout.look' ORDER BY id`);

describe("whoever records outcomes takes the turn", () => {
  test("what a process that was killed before its turn left due is taken before anything more is counted", async () => {
    const store = await openTestStore();
    await startedRollout(store, { plan: QUICK });
    await recorderFor(store).record(place.environment, await outcomes(store, 0, 2000, 0.3), new Date(AT));
    expect(await needRollout(store.db, place)).toMatchObject({ endedAt: null, look: 1 });
    const done = await recorderOf(store).record(place.environment, await outcomes(store, 5000, 50, 1), new Date(AT));
    expect(await needRollout(store.db, place)).toMatchObject({ state: { phase: "rolled-back" }, look: 2 });
    expect(done).toMatchObject({ counted: [] });
  });

  test("harm is undone also by a process whose clock was set back an hour", async () => {
    const store = await openTestStore();
    await startedRollout(store, { plan: QUICK });
    const clock = { now: () => new Date(minutesLater(-60)), monotonicMs: () => performance.now() };
    const recorder = recorderOf(store, { clock });
    const at = minutesLater(-60);
    const lines = (await outcomes(store, 0, 2000, 0.3)).map((line) => ({ ...line, at }));
    await recorder.record(place.environment, lines, new Date(at));
    expect(await needRollout(store.db, place)).toMatchObject({ state: { phase: "rolled-back" } });
  });
  test("harm is undone with nobody watching and no command run, and the turn says who took it", async () => {
    const store = await openTestStore();
    await startedRollout(store, { plan: { turns: "anybody" } });
    const { candidates, rollout } = await served(store, 0.54, { batches: 50 });
    expect([rollout.state.phase, rollout.state.weight]).toEqual(["rolled-back", 0]);
    expect(candidates, "of 500 that it would have had").toBeLessThan(60);
    expect(await looks(store)).toEqual([{ actor: "agentops", via: "sdk", reason: expect.stringContaining("success: the candidate has") }]); // prettier-ignore
    const { differences } = await replayRollout(store.db, rollout);
    expect(differences).toEqual([]);
  });

  test("a good one climbs to the end, step by step", async () => {
    const store = await openTestStore();
    await startedRollout(store, { plan: QUICK });
    const { rollout } = await served(store, 0.95, { batches: 60, of: 400, more: { via: "observe" } });
    expect(rollout.state.phase).toBe("promoted");
    expect(await store.column(`SELECT DISTINCT weight FROM transitions ORDER BY weight`)).toEqual([0.05, 0.25, 0.5, 1]);
    expect(new Set((await looks(store)).map(({ actor, via }) => `${actor} ${via}`))).toEqual(new Set(["agentops observe"])); // prettier-ignore
  });

  test.each([
    ["a plan that leaves the way up to a watcher", { ...QUICK, turns: "watcher" }],
    ["one from before anybody could", { stepMs: 0, stepObservations: 10 }],
  ] as [string, Partial<RolloutPlan>][])("%s stays where it is; harm is undone all the same", async (_, plan) => {
    const good = await openTestStore();
    await startedRollout(good, { plan });
    expect((await served(good, 0.95, { batches: 8 })).rollout.state).toMatchObject({ phase: "progressing", step: 0 });
    const bad = await openTestStore();
    await startedRollout(bad, { plan });
    expect((await served(bad, 0.54, { batches: 50 })).rollout.state.phase).toBe("rolled-back");
  });

  test("a killed one stays where it is, and is rolled back", async () => {
    const store = await openTestStore();
    await startedRollout(store, { plan: QUICK });
    await kill(boardAt(store.address), {
      environment: "production",
      targets: [place.target],
      actor: "ada",
      reason: "r",
    });
    expect((await served(store, 0.95, { batches: 8 })).rollout.state).toMatchObject({ phase: "progressing", step: 0 });
    expect((await served(store, 0, { batches: 50 })).rollout.state.phase).toBe("rolled-back");
  });

  test("one critical breach ends it with the batch that brings it, however few came since the last look", async () => {
    const store = await openTestStore();
    await startedRollout(store, { plan: { turns: "anybody" } });
    const recorder = recorderOf(store);
    await recorder.record(place.environment, await outcomes(store, 0, 400, 0.95), new Date(AT));
    const unsafe = { target: place.target, version: "v2", success: true, breach: "pii", at: AT };
    await recorder.record(place.environment, [unsafe], new Date(AT));
    expect((await needRollout(store.db, place)).state.phase).toBe("rolled-back");
  });

  test("no turn is taken for less than a hundredth of what came before, but one after ten seconds", async () => {
    const store = await openTestStore();
    await startedRollout(store, { plan: { ...QUICK, stepObservations: 1000 } });
    let ms = 0;
    const recorder = recorderOf(store, { via: "observe", clock: { now: () => new Date(AT), monotonicMs: () => ms } });
    const lookNow = async () => (await needRollout(store.db, place)).look;
    await recorder.record(place.environment, await outcomes(store, 0, 400, 0.95), new Date(AT));
    expect(await lookNow()).toBe(2);
    await recorder.record(place.environment, await outcomes(store, 400, 3, 0.95), new Date(AT));
    expect(await lookNow(), "3 of 400").toBe(2);
    await recorder.record(place.environment, await outcomes(store, 403, 1, 0.95), new Date(AT));
    expect(await lookNow(), "4 of 400").toBe(3);
    // A step that waits for nothing but its time is left at the next turn of anybody.
    await store.rows("UPDATE rollouts SET plan = $1", JSON.stringify({ ...(await needRollout(store.db, place)).plan, stepObservations: 1 })); // prettier-ignore
    await recorder.record(place.environment, await outcomes(store, 404, 1, 0.95), new Date(AT));
    expect((await needRollout(store.db, place)).state.step).toBe(0);
    ms = 10_000;
    await recorder.record(place.environment, await outcomes(store, 405, 1, 0.95), new Date(AT));
    expect((await needRollout(store.db, place)).state.step).toBe(1);
  });

  test("a process that records without a pause takes four turns a second, and one at once for a breach", async () => {
    const store = await openTestStore();
    await startedRollout(store, { plan: { turns: "anybody" } });
    let ms = 0;
    const recorder = recorderOf(store, { clock: { now: () => new Date(AT), monotonicMs: () => ms } });
    const looksAfter = async (atMs: number, from: number, more: Partial<Observation> = {}) => {
      ms = atMs;
      const lines = (await outcomes(store, from, 100, 0.95)).map((line) => ({ ...line, ...more }));
      await recorder.record(place.environment, lines, new Date(AT));
      return (await needRollout(store.db, place)).look;
    };
    expect([await looksAfter(0, 0), await looksAfter(249, 100), await looksAfter(250, 200)]).toEqual([2, 2, 3]);
    expect(await looksAfter(260, 300, { version: "v2", breach: "pii" })).toBe(4);
  });

  test("what was recorded stays where the turn cannot be taken, and the next batch takes it", async () => {
    const store = await openTestStore();
    await startedRollout(store, { plan: { turns: "anybody" } });
    const troubles: unknown[] = [];
    let fails = true;
    const say: TurnTaker["say"] = (reason) => {
      if (fails) throw new Error("no words");
      return reasonText(reason);
    };
    const recorder = recorderOf(store, { say, onTrouble: (error) => troubles.push(error) });
    const lines = await outcomes(store, 0, 2000, 0);
    expect((await recorder.record(place.environment, lines, new Date(AT))).recorded).toBe(2000);
    expect([troubles.length, (await needRollout(store.db, place)).state.phase]).toEqual([1, "progressing"]);
    fails = false;
    await recorder.record(place.environment, await outcomes(store, 2000, 1, 0), new Date(AT));
    expect((await needRollout(store.db, place)).state.phase).toBe("rolled-back");
  });

  test("of several that record at once each look is closed once", async () => {
    const store = await openTestStore();
    await startedRollout(store, { plan: { turns: "anybody" } });
    const recorders = [1, 2, 3].map(() => recorderOf(store));
    for (let round = 0; round < 4; round++) {
      const lines = await Promise.all(recorders.map((_, i) => outcomes(store, round * 300 + i * 100, 100, 0.95)));
      await Promise.all(recorders.map((each, i) => each.record(place.environment, lines[i] ?? [], new Date(AT))));
    }
    const rollout = await needRollout(store.db, place);
    expect(await store.value("SELECT COUNT(*) FROM observations")).toBe(1200);
    expect(await store.column("SELECT look FROM looks ORDER BY look")).toEqual(Array.from({ length: rollout.look - 1 }, (_, i) => i + 1)); // prettier-ignore
    expect((await replayRollout(store.db, rollout)).differences).toEqual([]);
  });
});
