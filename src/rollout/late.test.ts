import { describe, expect, test } from "vitest";
import { minuteOf } from "../observations/exposure-token.ts";
import { recorderFor } from "../observations/record.ts";
import { advance } from "../operations/watch.ts";
import { reasonText } from "../report/rollout/reasons.ts";
import { settlingTexts } from "../report/rollout/settling.ts";
import { BEGIN, minutesLater as at, PLAN, promoted, startedRollout, turnBy } from "../testing/rollout.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { usualDelay } from "./delays.store.ts";
import { delayBucket } from "./delays.ts";
import { leastMsToAll } from "./earliest.ts";
import { NO_EVIDENCE } from "./evidence.ts";
import type { Late } from "./late.ts";
import { next } from "./next.ts";
import { pendingState, type RolloutEvent } from "./state.ts";
import { waitingFor } from "./waiting.ts";
import { outcomesFor } from "./outcomes.ts";
import { replayRollout } from "./replay.ts";
import { needRollout, transitionsOf } from "./rollouts.store.ts";
import type { RolloutPlan } from "./schema.ts";
import { startRollout } from "./start.ts";
import { rolloutView } from "./view.ts";

const place = { environment: "production", target: "prompts/x" };
const HOURS = 3_600_000;
const NOW = { settleMs: 0, maxOpen: 0.05, missing: "unknown" } as const;
const quick: Partial<RolloutPlan> = { steps: [0.5, 1], stepMs: 0, stepObservations: 1 };

describe("a step with enough time, units and proof", () => {
  const planWith = (outcomes: RolloutPlan["outcomes"]): RolloutPlan => ({ ...PLAN, ...quick, ...(outcomes && { outcomes }) }); // prettier-ignore
  const asked = (minutes: number, late: Late): RolloutEvent => {
    return { type: "look", at: at(minutes), verdict: "promote", units: 9, held: null, ...late };
  };

  test.each<[string, RolloutPlan["outcomes"], number, Late, boolean]>([
    ["is left", NOW, 1, { usualDelayMs: 0, open: null }, true],
    ["of a plan from before this was asked is left as before", undefined, 1, { open: { control: 1, candidate: 1, e: 1 } }, true],
    ["is not left before the time to settle", { ...NOW, settleMs: 4 * HOURS }, 239, {}, false],
    ["is left with it", { ...NOW, settleMs: 4 * HOURS }, 240, {}, true],
    ["is not left before the longest usual delay", NOW, 239, { usualDelayMs: 4 * HOURS }, false],
    ["is left with it", NOW, 240, { usualDelayMs: 4 * HOURS }, true],
    ["is not left while too many of the candidate's are open", NOW, 999, { open: { control: 0, candidate: 0.06, e: 1 } }, false],
    ["nor of the control's", NOW, 999, { open: { control: 0.06, candidate: 0, e: 1 } }, false],
    ["is left while a few are", NOW, 999, { open: { control: 0.05, candidate: 0.05, e: 999 } }, true],
    ["is not left while the arms differ in a few", NOW, 999, { open: { control: 0.01, candidate: 0.04, e: 1000 } }, false],
    ["is left while they are open and failures", { ...NOW, settleMs: HOURS, missing: "failure" }, 999, { open: { control: 0, candidate: 0.9, e: 1e9 } }, true],
    ["is not left while they are open and nothing settles that could be one", { ...NOW, missing: "failure" }, 999, { open: { control: 0, candidate: 0.9, e: 1 } }, false],
    ["nor while the arms differ in them", { ...NOW, missing: "failure" }, 999, { open: { control: 0.01, candidate: 0.04, e: 1000 } }, false],
  ])("%s", (_, outcomes, minutes, late, isLeft) => {
    const plan = planWith(outcomes);
    const state = next(pendingState(BEGIN, plan), { type: "start", at: BEGIN }, plan);
    expect(next(state, asked(minutes, late), plan).step).toBe(isLeft ? 1 : 0);
    const waiting = waitingFor(state, { at: at(minutes), verdict: "promote", units: 9, ...late }, plan);
    expect(waiting.outcomes === null).toBe(isLeft);
  });
}); // prettier-ignore

/** As those who record outcomes keep them: n of a kind, so many minutes after they were served. */
async function delays(
  store: TestStore,
  rows: [version: string, day: string, success: number, minutes: number, n: number][],
) {
  const values = rows.map(([version, day, success, minutes, n]) => ({ ...place, version, day, success, bucket: delayBucket(minutes * 60_000), n })); // prettier-ignore
  await store.inTransaction((tx) => tx.insertInto("delays").values(values).execute());
}

describe("the longest usual delay", () => {
  test.each<[string, [string, string, number, number, number][], number, number]>([
    ["is none where nothing is known", [], 0, 0],
    ["is none where too little is known", [["v1", "2026-11-20", 1, 240, 49]], 0, 49],
    ["holds 99 of 100", [["v1", "2026-11-20", 1, 1, 99], ["v1", "2026-11-20", 1, 240, 1]], 64, 100],
    ["is of the last of them where more are late", [["v1", "2026-11-20", 1, 1, 98], ["v1", "2026-11-20", 1, 240, 2]], 16384, 100],
    ["is the longer of failures and successes", [["v1", "2026-11-20", 1, 240, 60], ["v1", "2026-11-19", 0, 5, 60]], 16384, 120],
    ["is none below a minute", [["v1", "2026-11-20", 1, 0.3, 500]], 0, 500],
    ["is of days since one", [["v1", "2026-11-13", 1, 240, 500], ["v1", "2026-11-14", 1, 20, 50]], 2048, 50],
    ["is of one version", [["v2", "2026-11-20", 1, 240, 500]], 0, 0],
  ])("%s", async (_, rows, seconds, outcomes) => {
    const store = await openTestStore();
    if (rows.length > 0) await delays(store, rows);
    expect(await usualDelay(store.db, place, "v1", "2026-11-14")).toEqual({ ms: seconds * 1000, outcomes });
  });
}); // prettier-ignore

describe("a start", () => {
  const started = async (store: TestStore, outcomes = {}) => {
    await promoted(store, { version: "v1" });
    return startRollout(store, {
      ...{ id: "r1", ...place, settings: {}, outcomes, at: BEGIN, actor: "ada", reason: "r" },
      release: { target: place.target, version: "v2", digest: "sha256:2", content: "{}", gitCommit: "2".repeat(40), publishedBy: "ada", publishedAt: BEGIN },
      admit: () => Promise.resolve({ overridden: [] }),
    });
  }; // prettier-ignore

  test("freezes what the config says of the target", async () => {
    const config = { x: { settle: "4h", maxOpen: 0.1 }, "prompts/x": { missing: "failure" as const } };
    const { plan } = await started(await openTestStore(), outcomesFor(config, "prompts/x"));
    expect(plan.outcomes).toEqual({ settleMs: 4 * HOURS, maxOpen: 0.1, missing: "failure" });
    expect(settlingTexts(plan, "v1")).toEqual([
      "a unit counts 4 h after it was served (configured); one without an outcome by then is a failure",
      "so a step lasts at least 5 h, and everybody gets it 24 h after the start at the earliest",
    ]);
    expect(settlingTexts({ ...plan, deadlineMs: 24 * HOURS, stepMs: 8 * HOURS }, "v1")[1]).toBe(
      "so a step lasts at least 12 h, and everybody gets it 2 days after the start at the earliest, after the deadline (24 h)",
    );
  });

  test("else learns it from the control's last week", async () => {
    const store = await openTestStore();
    await delays(store, [["v1", "2026-11-20", 1, 230, 1240], ["v1", "2026-11-01", 1, 4000, 5000]]); // prettier-ignore
    const { plan } = await started(store);
    expect(plan.outcomes).toEqual({ settleMs: 16_384_000, maxOpen: 0.05, missing: "unknown", learnedFrom: 1240 });
    expect(settlingTexts(plan, "v1")[0]).toBe(
      "a unit counts 4 h 34 min after it was served (learned from 1,240 outcomes of v1)",
    );
  });

  test("counts outcomes as they arrive where nobody says anything", async () => {
    const { plan } = await started(await openTestStore());
    expect([plan.outcomes, settlingTexts(plan, "v1"), leastMsToAll(plan)]).toEqual([NOW, [], 24 * HOURS]);
  });
});

describe("a turn", () => {
  async function ready(plan: Partial<RolloutPlan> = {}) {
    const store = await openTestStore();
    const { seq } = await startedRollout(store, { plan: { ...quick, proof: "promotion", steps: [0.5, 0.6, 1], outcomes: NOW, ...plan } }); // prettier-ignore
    const line = { target: place.target, version: "v2", success: true, unit: "u", at: at(1) };
    await recorderFor(store).record(place.environment, [line], new Date(at(1)));
    const turn = async (minutes: number) => (await advance(store, place, turnBy(store, at(minutes)))).rollout.state;
    const minutes = (rows: [minute: number, arm: string, exposed: number, known: number][]) =>
      store.inTransaction((tx) =>
        tx
          .insertInto("servedMinutes")
          .values(
            rows.map(([minute, arm, exposed, known]) => ({
              rollout: seq,
              minute: minuteOf(at(minute)),
              arm: arm as "control",
              exposed,
              known,
            })),
          ) // prettier-ignore
          .execute(),
      );
    const why = async (minute: number) => {
      const view = await rolloutView(store.db, await needRollout(store.db, place), { at: at(minute), held: null });
      return view.analysis.reasons.map(reasonText).join("; ");
    };
    return { store, turn, minutes, why };
  }

  test("waits while outcomes of either arm are late, and says of how long", async () => {
    const { store, turn, why } = await ready();
    await delays(store, [["v2", "2026-11-21", 0, 120, 60]]);
    expect((await turn(2)).step).toBe(0);
    expect(await why(2)).toMatch("step 1 of 3 (50 %) waits for 2 h 15 min, outcomes of the last 2 h 17 min, which are still coming in"); // prettier-ignore
    expect((await turn(137)).step).toBe(1);
  });

  test("waits while outcomes are missing, decides by what it knew, and replays so", async () => {
    const { store, turn, minutes, why } = await ready();
    await minutes([[1, "candidate", 100, 69], [1, "control", 100, 96]]); // prettier-ignore
    expect((await turn(3)).step).toBe(0);
    expect(await why(3)).toMatch(
      "step 1 of 3 (50 %) waits for outcomes: 31 % of v2's units served have none (5 % may)",
    );
    await store.inTransaction((tx) => tx.updateTable("servedMinutes").set({ known: 95 }).where("exposed", ">", 0).execute()); // prettier-ignore
    expect((await turn(4)).step).toBe(1);
    const rollout = await needRollout(store.db, place);
    const event = JSON.parse((await transitionsOf(store.db, rollout.seq)).at(-1)?.event ?? "{}") as object;
    expect(event).toMatchObject({ usualDelayMs: 0, open: { control: 0.05, candidate: 0.05, e: expect.closeTo(1, 1) } });
    // What is stored by now decides nothing of what was.
    await store.inTransaction((tx) => tx.updateTable("servedMinutes").set({ known: 0 }).execute());
    expect((await replayRollout(store.db, rollout)).differences).toEqual([]);
  });

  test("estimates by the time in which units could count", async () => {
    const { store } = await ready({ stepObservations: 50, outcomes: { ...NOW, settleMs: 4 * HOURS } });
    await store.inTransaction((tx) => tx.updateTable("rollouts").set({ evidence: JSON.stringify({ ...NO_EVIDENCE, candidateUnits: 10 }) }).execute()); // prettier-ignore
    const need = async (minute: number) =>
      (await rolloutView(store.db, await needRollout(store.db, place), { at: at(minute), held: null })).analysis.need;
    expect(await need(5 * 60)).toEqual({ observations: 40, hours: 4 });
    expect(await need(3 * 60)).toMatchObject({ observations: 40, hours: null });
  });

  test("asks nothing of that of a plan that does not", async () => {
    const { store, turn, minutes } = await ready({ outcomes: undefined });
    await minutes([[1, "candidate", 100, 0]]);
    expect((await turn(3)).step).toBe(1);
    const event = (await transitionsOf(store.db, (await needRollout(store.db, place)).seq)).at(-1)?.event;
    expect(JSON.parse(event ?? "{}")).not.toHaveProperty("open");
  });
});
