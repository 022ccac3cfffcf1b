import { expect, test } from "vitest";
import { recorderFor } from "../observations/record.ts";
import { advance } from "../operations/watch.ts";
import { operatorLocks } from "../state/locks.ts";
import { minutesLater as at, promoted, startedRollout, turnBy } from "../testing/rollout.ts";
import { openTestStore } from "../testing/store.ts";
import { lookAt } from "./look.ts";
import { reasonText } from "../report/rollout/reasons.ts";
import { replayRollout } from "./replay.ts";
import { rolloutBySeq } from "./rollouts.store.ts";
import { storedNow } from "./stored.ts";
import { transition } from "./transition.ts";
import { rolloutView } from "./view.ts";

const place = { environment: "production", target: "prompts/x" };

test("the last outcome is judged before everybody gets it, although one alone makes no look due", async () => {
  const store = await openTestStore();
  const guardrails = [{ name: "success", tolerance: 0, margin: 0.3, mde: 0.05, prior: 0.95, required: true, floor: 0.9 } as const]; // prettier-ignore
  const started = await startedRollout(store, {
    plan: { steps: [0.5, 1], stepMs: 0, stepObservations: 0, guardrails },
  });
  const up = { type: "look", at: at(1), verdict: "promote", units: 0, held: null } as const;
  await store.inTransaction((tx) => transition(tx, started, up, { actor: "a", reason: "r" }), operatorLocks(place));
  const rollout = async () => (await rolloutBySeq(store.db, started.seq))!;
  const recorder = recorderFor(store);
  let units = 0;
  const observe = (n: number, success: boolean) => {
    const lines = Array.from({ length: n }, () => ({
      ...place,
      version: "v2",
      unit: `u${++units}`,
      success,
      at: at(2),
    }));
    return recorder.record(place.environment, lines, new Date(at(2)));
  };
  const look = () =>
    store.inTransaction(
      async (tx) => lookAt(tx, (await rolloutBySeq(tx, started.seq))!, at(2), { whole: true }),
      operatorLocks(place),
    );
  await observe(120, true);
  await look();
  // One bad outcome after the other, each looked at, until one more is too much.
  for (;;) {
    await observe(1, false);
    const { judged, unseen, due } = await storedNow(store.db, await rollout());
    expect([unseen, due]).toEqual([1, null]);
    if (judged.verdict === "rollback") break;
    await look();
  }
  const { moved, judged, rollout: after } = await advance(store, place, turnBy(store, at(3)));
  expect([moved, judged.verdict, after.state.phase]).toEqual([true, "rollback", "rolled-back"]);
});

test("what is served to everybody without the rollout's doing ends it as invalid, whatever was counted", async () => {
  const store = await openTestStore();
  const started = await startedRollout(store);
  const lines = Array.from({ length: 200 }, (_, i) => ({
    ...place,
    version: "v2",
    unit: `u${i}`,
    success: true,
    at: at(1),
  }));
  await recorderFor(store).record(place.environment, lines, new Date(at(1)));
  // As a release that knows no rollouts would, or a hand in the store.
  await promoted(store, { version: "v3", at: at(2) });
  const { moved, rollout } = await advance(store, place, turnBy(store, at(3)));
  expect([moved, rollout.state.phase, rollout.state.weight, rollout.endedAt]).toEqual([true, "invalid", 0, at(3)]);
  const view = await rolloutView(store.db, rollout, { at: at(4), held: null });
  expect(view.history.at(-1)?.reason).toContain("everybody is served v3 by now");
  expect(view.analysis.reasons.map(reasonText)).toEqual([view.history.at(-1)?.reason]);
  expect((await replayRollout(store.db, (await rolloutBySeq(store.db, started.seq))!)).differences).toEqual([]);
});
