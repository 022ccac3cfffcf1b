import { expect, test } from "vitest";
import { recorderFor } from "../observations/record.ts";
import { acknowledge } from "../operations/acknowledge.ts";
import { advance } from "../operations/watch.ts";
import { rolloutDocument } from "../report/rollout/document.ts";
import { BEGIN, minutesLater as at, startedRollout, turnBy } from "../testing/rollout.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { needRollout } from "./rollouts.store.ts";
import { rolloutView } from "./view.ts";

const place = { environment: "production", target: "prompts/x" };

/** Outcomes as a process of an older release records them: it takes no turns. One candidate for each control. */
async function recorded(store: TestStore, minutes: number, n: number, good: number): Promise<void> {
  const lines = Array.from({ length: 2 * n }, (_, i) => {
    const version = i % 2 === 0 ? "v1" : "v2";
    const success = version === "v1" || i / 2 < good;
    return { target: place.target, version, unit: `u${minutes}-${i}`, success, at: at(minutes) };
  });
  await recorderFor(store).record(place.environment, lines, new Date(at(minutes)));
}

async function shown(store: TestStore, minutes: number) {
  const rollout = await needRollout(store.db, place);
  return rolloutDocument(await rolloutView(store.db, rollout, { at: at(minutes), held: null }));
}

test("what is stored is judged before any look, and nothing is written", async () => {
  const store = await openTestStore();
  const rollout = await startedRollout(store, { plan: { steps: [0.5, 1], stepMs: 0, stepObservations: 10 } });
  await recorded(store, 1, 40, 10);
  const found = await shown(store, 2);
  expect(found.analysis).toMatchObject({
    verdict: "rollback",
    guardrails: [
      { name: "success", control: { n: 40, rate: 1 }, candidate: { n: 40, rate: 0.25 }, verdict: "harm" },
      ...Array.from({ length: 3 }, () => ({ verdict: "unmeasured" })),
    ],
  });
  expect(found).toMatchObject({ phase: "progressing", unseen: 80, overdueSince: null });
  expect(found.analysis.guardrails[0]?.ci95).not.toBeNull();
  expect(found.analysis.reasons).toContain(
    "no look has acted on it yet: agentops canary advance prompts/x --env production",
  );
  expect(await needRollout(store.db, place)).toEqual(rollout);
});

test("a look is overdue once outcomes arrived for ten minutes that nobody looked at, and no longer once one was taken", async () => {
  const store = await openTestStore();
  await startedRollout(store, { plan: { steps: [0.5, 1], stepObservations: 1000 } });
  await recorded(store, 1, 20, 20);
  // However long ago: nothing arrives, so nothing could have been done.
  expect((await shown(store, 600)).overdueSince).toBeNull();
  await recorded(store, 10, 20, 20);
  expect((await shown(store, 10)).overdueSince).toBeNull();
  await recorded(store, 11, 20, 20);
  const overdue = await shown(store, 11);
  expect(overdue.overdueSince).toBe(at(1));
  expect(overdue.analysis.reasons).toContain(
    "a look is due since 2026-11-21 10:01 UTC and nobody takes it, though outcomes arrive: agentops canary advance prompts/x --env production",
  );
  await advance(store, place, turnBy(store, at(12)));
  expect(await shown(store, 12)).toMatchObject({ overdueSince: null, unseen: 0 });
  // Times before the last look count from that look on.
  await recorded(store, 11.5, 20, 20);
  await recorded(store, 21, 20, 20);
  expect((await shown(store, 21)).overdueSince).toBeNull();
  await recorded(store, 22, 20, 20);
  expect((await shown(store, 22)).overdueSince).toBe(at(12));
});

test("what settled and nobody counted for ten minutes is overdue", async () => {
  const store = await openTestStore();
  const outcomes = { settleMs: 600_000, maxOpen: 0.05, missing: "unknown" } as const;
  await startedRollout(store, { plan: { steps: [0.5, 1], stepObservations: 1e6, outcomes } });
  await recorded(store, 1, 20, 20);
  await recorded(store, 21, 20, 20);
  expect((await shown(store, 21)).overdueSince).toBeNull();
  await recorded(store, 22, 20, 20);
  expect((await shown(store, 22)).overdueSince).toBe(at(12));
  await advance(store, place, turnBy(store, at(22)));
  expect(await shown(store, 22)).toMatchObject({ overdueSince: null, settling: 80 });
});

test("only one that ended badly is acknowledged, once", async () => {
  const store = await openTestStore();
  await startedRollout(store, { plan: { steps: [0.5, 1], stepMs: 0, stepObservations: 10 } });
  const ack = () => acknowledge(store, place, { at: BEGIN, actor: "eve", reason: "known" });
  await expect(ack()).rejects.toMatchObject({ code: "CONCURRENT_CHANGE" });
  await recorded(store, 1, 40, 10);
  await advance(store, place, turnBy(store, at(2)));
  expect((await ack()).changed).toBe(true);
  expect((await ack()).changed).toBe(false);
});
