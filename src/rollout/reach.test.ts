import { describe, expect, test } from "vitest";
import { recorderFor } from "../observations/record.ts";
import { reachTexts } from "../report/rollout/reach.ts";
import { rolloutText } from "../report/rollout/text.ts";
import { createStyle } from "../report/style.ts";
import { BEGIN, minutesLater, promoted } from "../testing/rollout.ts";
import { openTestStore } from "../testing/store.ts";
import { reachNow } from "./reach.store.ts";
import { canBeLeft, fittedSteps, reachOf, unitsAt } from "./reach.ts";
import { startRollout } from "./start.ts";
import { rolloutView } from "./view.ts";

const STEPS = [0.01, 0.05, 0.25, 0.5, 1];
const STEP = { stepObservations: 50, stepMs: 3_600_000, deadlineMs: 14 * 24 * 3_600_000 };
const MINUTE = 60_000;

/** One request a minute for so many hours; whose the i-th is. */
function traffic(hours: number, unitOf: (i: number) => string | null) {
  return Array.from({ length: hours * 60 + 1 }, (_, i) => ({
    at: new Date(Date.UTC(2026, 10, 20) + i * MINUTE).toISOString(),
    unit: unitOf(i),
  }));
}

describe("who came before a rollout", () => {
  test("is not known of nobody, nor of one moment", () => {
    expect(reachOf([], 0)).toBeNull();
    expect(reachOf(traffic(0, String), 60)).toBeNull();
  });
  test("is counted once, and those that were new of late are counted apart; a request of nobody known is one", () => {
    expect(
      reachOf(
        traffic(48, (i) => String(i % 200)),
        60,
      ),
    ).toEqual({
      perHour: 60,
      requests: 2881,
      units: 200,
      newUnits: 0,
      hours: 48,
    });
    expect(reachOf(traffic(48, String), 60)).toEqual({
      perHour: 60,
      requests: 2881,
      units: 2881,
      newUnits: 1441,
      hours: 48,
    });
    expect(
      reachOf(
        traffic(48, () => null),
        60,
      ),
    ).toMatchObject({ units: 2881 });
  });
});

describe("steps that fit", () => {
  /** 2,000 users that come again and again, 400 requests an hour. */
  const few = { perHour: 400, requests: 19_200, units: 2000, newUnits: 0, hours: 48 };

  test("a share of few users can have no more than these", () => {
    expect([unitsAt(0.01, few, STEP), canBeLeft(0.01, few, STEP), canBeLeft(0.05, few, STEP)]).toEqual([
      20,
      false,
      true,
    ]);
    expect(fittedSteps(STEPS, few, STEP)).toEqual([0.05, 0.25, 0.5, 1]);
    expect(fittedSteps(STEPS, { ...few, units: 150 }, STEP)).toEqual([0.5, 1]);
  });
  test("new ones are counted up to the deadline", () => {
    const rising = { ...few, newUnits: 240 };
    expect(unitsAt(0.01, rising, STEP)).toBeCloseTo(20 + 0.01 * 10 * 288, 9);
  });
  test("1 % is left out where it would only take long; where traffic is enough for it, and at 25 %, nothing is", () => {
    const open = { perHour: 1000, requests: 48_000, units: 48_000, newUnits: 24_000, hours: 48 };
    expect(fittedSteps(STEPS, open, STEP)).toEqual([0.05, 0.25, 0.5, 1]);
    expect(
      fittedSteps(STEPS, { ...open, perHour: 10_000, requests: 480_000, units: 480_000, newUnits: 240_000 }, STEP),
    ).toEqual(STEPS);
    expect(fittedSteps([0.05, 0.25, 1], { ...open, perHour: 100, requests: 4800 }, STEP)).toEqual([0.05, 0.25, 1]);
  });
  test("the last step beside a control stays, whatever comes", () => {
    expect(fittedSteps([0.5, 1], { ...few, units: 3 }, STEP)).toEqual([0.5, 1]);
  });
});

describe("a rollout whose users are few", () => {
  /** 300 users of v1 in two days, one request a minute, and then the rollout. */
  async function started(fit: boolean) {
    const store = await openTestStore();
    await promoted(store, { version: "v1" });
    const requests = Array.from({ length: 48 * 60 + 1 }, (_, i) => ({
      ...{ target: "prompts/x", version: "v1", success: true, unit: `u${i % 300}`, id: `o${i}` },
      at: minutesLater(i - 48 * 60 - 1),
    }));
    await recorderFor(store).record("production", requests, new Date(minutesLater(0)));
    const release = { target: "prompts/x", version: "v2", digest: "sha256:2", content: "{}", gitCommit: "2".repeat(40), publishedBy: "ada", publishedAt: BEGIN }; // prettier-ignore
    return { store, rollout: await startRollout(store, { ...ORDER, release, fit }) };
  }
  const ORDER = {
    ...{ id: "r1", environment: "production", settings: {}, at: minutesLater(0), actor: "ada", reason: "for a test" },
    admit: () => Promise.resolve({ overridden: [] }),
  };

  test("begins at a step that can be left where nobody asked for another, and says so", async () => {
    const { plan } = (await started(true)).rollout;
    expect(plan).toMatchObject({ steps: [0.25, 0.5, 1], leftOut: [0.01, 0.05], reach: { units: 300, hours: 48 } });
    expect(reachTexts(plan)).toEqual([
      "1 % is left out: 300 units came in 48 h, so it can have about 3, and a step needs 50",
      "5 % is left out: 300 units came in 48 h, so it can have about 15, and a step needs 50",
    ]);
  });
  test("less than a day says nothing of who comes; of heavy traffic the newest do, at the rate of all", async () => {
    const store = await openTestStore();
    await promoted(store, { version: "v1" });
    const record = async (n: number, from: number, minutes: number) => {
      const lines = Array.from({ length: n }, (_, i) => ({ target: "prompts/x", version: "v1", success: true, unit: `${from}-${i}`, at: minutesLater(from + (i * minutes) / n) })); // prettier-ignore
      for (let i = 0; i < n; i += 5000) await recorderFor(store).record("production", lines.slice(i, i + 5000), new Date(minutesLater(0)));
    };
    const place = { environment: "production", target: "prompts/x" };
    const now = () => reachNow(store.db, place, minutesLater(0));
    expect(await now()).toBeNull();
    await record(20_400, -120, 120);
    expect(await now()).toBeNull();
    await record(100, -30 * 60, 1);
    const found = (await now())!;
    expect(found).toMatchObject({ requests: 20_000, units: 20_000 });
    expect(found.perHour).toBeCloseTo(20_500 / 30, 9);
    expect(fittedSteps(STEPS, found, STEP)).toEqual([0.05, 0.25, 0.5, 1]);
    expect(await reachNow(store.db, { ...place, target: "prompts/y" }, minutesLater(0))).toBeNull();
  }); // prettier-ignore
  test("stays at the steps that somebody asked for, and says what cannot be left and what can", async () => {
    const { rollout, store } = await started(false);
    expect(rollout.plan.steps).toEqual([0.01, 0.05, 0.25, 0.5, 1]);
    expect(reachTexts(rollout.plan)).toEqual([
      "1 % cannot be left by its units before the deadline: 300 units came in 48 h, so it can have about 3, and a step needs 50; --steps 25%,50%,100% can be",
      "5 % cannot be left by its units before the deadline: 300 units came in 48 h, so it can have about 12, and a step needs 50; --steps 25%,50%,100% can be",
    ]);
    const view = await rolloutView(store.db, rollout, { at: minutesLater(1), held: null });
    const text = rolloutText(
      { ...view, analysis: { ...view.analysis, reasons: [] } },
      createStyle(false),
      minutesLater(1),
    );
    expect(text).toContain("stuck     1 % cannot be left by its units before the deadline: 300 units came");
  });
});
