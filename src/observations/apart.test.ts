import { describe, expect, test } from "vitest";
import { advance } from "../operations/watch.ts";
import { rolloutDocument } from "../report/rollout/document.ts";
import { rolloutText } from "../report/rollout/text.ts";
import { createStyle } from "../report/style.ts";
import { replayRollout } from "../rollout/replay.ts";
import { needRollout } from "../rollout/rollouts.store.ts";
import { transition } from "../rollout/transition.ts";
import { rolloutView } from "../rollout/view.ts";
import { operatorLocks } from "../state/locks.ts";
import { minutesLater as at, startedRollout, turnBy } from "../testing/rollout.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { minuteOf } from "./exposure-token.ts";
import { recorderFor } from "./record.ts";
import type { Observation } from "./schema.ts";

const place = { environment: "production", target: "prompts/x" };
const ID = "0199f000-0000-7000-8000-000000000001";
const NOW = { settleMs: 0, maxOpen: 0.05, missing: "unknown" } as const;

const line = (version: string, unit: string, minute: number, more: Partial<Observation> = {}): Observation => {
  return { target: place.target, version, unit, success: true, at: at(minute), rollout: ID, weight: 0.5, ...more };
};
const lines = (n: number, version: string, minute: number, more: Partial<Observation> = {}) =>
  Array.from({ length: n }, (_, i) => line(version, `${version}-${i}`, minute, { id: `${version}-${i}`, ...more }));

const record = (store: TestStore, minute: number, ...its: Observation[]) =>
  recorderFor(store).record(place.environment, its, new Date(at(minute)));

const tallied = (store: TestStore) =>
  store.rows(
    "SELECT weight, arm, SUM(n) AS n FROM tallies WHERE metric = 'success' GROUP BY weight, arm ORDER BY weight, arm",
  );

test("what was corrected after it had counted decides nothing, and is said with the verdict it could reach", async () => {
  const store = await openTestStore();
  await startedRollout(store, { plan: { steps: [0.5, 1], stepMs: 9e9 } });
  await record(store, 1, ...lines(300, "v1", 1), ...lines(300, "v2", 1));
  await advance(store, place, turnBy(store, at(2)));
  const before = await tallied(store);
  await record(store, 4, ...lines(100, "v2", 3, { success: false }));
  const turn = await advance(store, place, turnBy(store, at(5)));
  expect([turn.moved, await tallied(store)]).toEqual([false, before]);
  const view = await rolloutView(store.db, turn.rollout, { at: at(6), held: null });
  expect(view).toMatchObject({ correctedAfter: 100, analysis: { worstCase: { verdict: "rollback" } } });
  const text = rolloutText(rolloutDocument(view), createStyle(false), at(6), 300);
  expect(text).toContain("apart     100 outcomes that came, or were corrected, after their units had counted; were all of them failures of the candidate: rollback"); // prettier-ignore
  expect((await replayRollout(store.db, turn.rollout)).differences).toEqual([]);
}); // prettier-ignore

test("whoever got the candidate for sure before everybody does is no evidence, for or against it", async () => {
  const store = await openTestStore();
  await startedRollout(store, { plan: { steps: [0.5, 1], stepMs: 9e9 } });
  await record(store, 1, ...lines(300, "v2", 1, { weight: 1, success: false }));
  const { rollout } = await advance(store, place, turnBy(store, at(2)));
  expect([await tallied(store), rollout.state.phase]).toEqual([[], "progressing"]);
});

describe("at 100 %", () => {
  const atAll = async (usualDelayMs: number) => {
    const store = await openTestStore();
    const started = await startedRollout(store, { plan: { steps: [0.5, 1], stepMs: 0, stepObservations: 0, outcomes: NOW } });
    const up = { type: "look", at: at(300), verdict: "promote", units: 0, held: null, usualDelayMs, open: null } as const;
    await store.inTransaction((tx) => transition(tx, started, up, { actor: "a", reason: "r" }), operatorLocks(place));
    return store;
  };
  test.each([
    ["nothing counts before outcomes have had their usual time", 4 * 3_600_000, 400, []],
    ["what is known after that counts", 4 * 3_600_000, 541, [{ weight: 1, arm: "candidate", n: 5 }]],
    ["where none come late all count", 0, 301, [{ weight: 1, arm: "candidate", n: 5 }]],
  ])("%s", async (_, usualDelayMs, minute, expected) => {
    const store = await atAll(usualDelayMs);
    await record(store, minute, ...lines(5, "v2", minute, { weight: 1 }));
    expect(await tallied(store)).toEqual(expected);
    expect((await replayRollout(store.db, await needRollout(store.db, place))).differences).toEqual([]);
  });
}); // prettier-ignore

test("with time to settle a unit arrives with its minute, so that who is served again meanwhile still counts where it was first", async () => {
  const store = await openTestStore();
  const outcomes = { ...NOW, settleMs: 600_000 };
  await startedRollout(store, { id: ID, plan: { steps: [0.5, 0.6, 1], stepMs: 9e9, outcomes, exposures: true } });
  const recorder = recorderFor(store);
  const served = (unit: string, minute: number, weight: number) =>
    recorder.expose(place.environment, { exposures: [{ target: place.target, version: "v1", minute: minuteOf(at(minute)), n: 1, unit, rollout: ID, weight }] }, new Date(at(minute))); // prettier-ignore
  await served("a", 1, 0.5);
  await served("b", 1, 0.5);
  await served("a", 5, 0.6);
  await record(store, 6, line("v1", "a", 6, { servedAt: at(1) }), line("v1", "a", 6, { servedAt: at(5), weight: 0.6 }));
  const arrivals = () => store.rows("SELECT weight, arm, exposed, superseded FROM arrivals ORDER BY weight, look");
  expect([await arrivals(), await tallied(store)], "nothing before").toEqual([[], []]);
  await advance(store, place, turnBy(store, at(30)));
  expect(await tallied(store)).toEqual([
    { weight: 0.2, arm: "control", n: 1 },
    { weight: 0.5, arm: "control", n: 1 },
  ]);
  const sums = await store.rows('SELECT minute - $1 AS minute, exposed, known FROM "servedMinutes" ORDER BY minute', minuteOf(at(0))); // prettier-ignore
  expect(sums, "b is missing").toEqual([
    { minute: 1, exposed: 2, known: 1 },
    { minute: 5, exposed: 1, known: 1 },
  ]);
  const shares = new Map<number, number>();
  for (const { weight, exposed, superseded } of (await arrivals()) as { weight: number; exposed: number; superseded: number }[])
    shares.set(weight, (shares.get(weight) ?? 0) + exposed - superseded);
  expect([...shares]).toEqual([[0.2, 1], [0.5, 2]]);
}); // prettier-ignore
