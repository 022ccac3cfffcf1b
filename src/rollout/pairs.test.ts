import { describe, expect, test } from "vitest";
import type { Observation } from "../observations/schema.ts";
import { recorderFor } from "../observations/record.ts";
import { advance } from "../operations/watch.ts";
import { reasonText } from "../report/rollout/reasons.ts";
import { minutesLater, PLAN, startedRollout, stepUp, turnBy } from "../testing/rollout.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { weightsOf } from "./alarm.ts";
import { replayRollout } from "./replay.ts";
import { type Rollout, rolloutBySeq } from "./rollouts.store.ts";
import type { RolloutPlan } from "./schema.ts";
import { rolloutView } from "./view.ts";

const HERE = { environment: "production", target: "prompts/x" };
const [SUCCESS] = PLAN.guardrails;
const SHADOW: Partial<RolloutPlan> = {
  shadow: { timeMs: 3_600_000, observations: 20 },
  guardrails: SUCCESS === undefined ? [] : [SUCCESS],
  alarm: weightsOf(SUCCESS === undefined ? [] : [SUCCESS], [], { shadow: true }),
};

/** What the control served of an input, and what became of its copy, as callers that spread `served` report both. */
function halves(n: number, success: { control: boolean; candidate: boolean }, unit: string | undefined = `u${n}`) {
  const served = { ...HERE_LINE, exposure: `e${n}`, ...(unit !== "" && { unit }) };
  const control: Observation = { ...served, version: "v1", success: success.control };
  const copy: Observation = { ...served, version: "v2", shadow: true, success: success.candidate };
  return { control, copy };
}

const HERE_LINE = { target: "prompts/x" };

async function scene(plan: Partial<RolloutPlan> = {}) {
  const store = await openTestStore();
  const rollout = await startedRollout(store, { plan: { ...SHADOW, ...plan } });
  const recorder = recorderFor(store);
  const record = (lines: readonly Observation[], minute = 1) =>
    recorder.record("production", lines, new Date(minutesLater(minute)));
  return { store, rollout, record };
}

const counts = (store: TestStore) =>
  store.rows('SELECT SUM("both") AS "both", SUM("onlyControl") AS "onlyControl", SUM("onlyCandidate") AS "onlyCandidate", SUM(neither) AS neither FROM "pairCounts"'); // prettier-ignore
const view = async (store: TestStore, { seq }: Rollout, minute = 2) =>
  rolloutView(store.db, (await rolloutBySeq(store.db, seq)) as Rollout, { at: minutesLater(minute), held: null });
const row = (of: Awaited<ReturnType<typeof view>>) => of.analysis.guardrails.find(({ name }) => name === "success.paired"); // prettier-ignore

describe("an outcome and that of its copy", () => {
  test("are a pair in either order, in one call or two, and repeats change nothing", async () => {
    const { store, record } = await scene();
    const [both, ours, theirs, none] = [
      halves(1, { control: true, candidate: true }),
      halves(2, { control: true, candidate: false }),
      halves(3, { control: false, candidate: true }),
      halves(4, { control: false, candidate: false }),
    ];
    await record([both.control, both.copy, ours.copy, theirs.control]);
    await record([ours.control, theirs.copy, none.copy, none.control]);
    const once = await counts(store);
    expect(once).toEqual([{ both: 1, onlyControl: 1, onlyCandidate: 1, neither: 1 }]);
    await record([both.copy, ours.control, { ...ours.copy, success: true }, none.control]);
    expect(await counts(store)).toEqual(once);
  });

  test("a correction after they were counted changes no evidence; one that completes an open line counts as it is known then", async () => {
    const { store, record } = await scene();
    const { control, copy } = halves(1, { control: true, candidate: true });
    const open = { ...copy, success: undefined };
    await record([{ ...control, id: "a" }, { ...open, id: "b" }]); // prettier-ignore
    expect(await counts(store)).toEqual([{ both: null, onlyControl: null, onlyCandidate: null, neither: null }]);
    await record([{ target: "prompts/x", version: "v2", id: "b", success: false }]);
    await record([{ ...control, id: "a", success: false }]);
    expect(await counts(store)).toEqual([{ both: 0, onlyControl: 1, onlyCandidate: 0, neither: 0 }]);
  });

  test.each<[string, Partial<Observation>, Partial<Observation>]>([
    ["of another exposure", {}, { exposure: "e9" }],
    ["of another unit", {}, { unit: "u9" }],
    ["that say no exposure", { exposure: undefined }, { exposure: undefined }],
    ["where the control's was a copy as well", { shadow: true }, {}],
    ["where the candidate's was served", {}, { shadow: false }],
    ["that another rollout served", { rollout: "other" }, { rollout: "other" }],
    ["that were asked for by version", { forced: true }, { forced: true }],
  ])("are none %s", async (_, ofControl, ofCopy) => {
    const { store, record } = await scene();
    const { control, copy } = halves(1, { control: true, candidate: true });
    await record([{ ...control, ...ofControl }, { ...copy, ...ofCopy }]); // prettier-ignore
    expect(await store.value('SELECT COUNT(*) FROM "pairCounts"')).toBe(0);
  });

  test("one pair a unit counts, as its requests are not independent; without a unit each exposure is one", async () => {
    const { store, rollout, record } = await scene();
    const lines = (unit: string) =>
      [1, 2, 3].flatMap((n) => {
        const { control, copy } = halves(n + 10 * unit.length, { control: true, candidate: false }, unit);
        return [control, copy];
      });
    await record(lines("ada"));
    await record([...lines(""), halves(99, { control: true, candidate: true }, "ada").control]);
    expect(await counts(store)).toEqual([{ both: 0, onlyControl: 4, onlyCandidate: 0, neither: 0 }]);
    expect((await view(store, rollout)).unpaired).toEqual({ control: 0, candidate: 0 });
  });

  test("what waits for its other half is shown, by arm", async () => {
    const { store, rollout, record } = await scene();
    const [a, b, c] = [1, 2, 3].map((n) => halves(n, { control: true, candidate: true }));
    await record([a!.control, a!.copy, b!.control, c!.control]);
    expect((await view(store, rollout)).unpaired).toEqual({ control: 2, candidate: 0 });
  });

  test("count when both have settled, with what is known by then", async () => {
    const { store, rollout, record } = await scene({ outcomes: { settleMs: 600_000, maxOpen: 1, missing: "unknown" } });
    const at = minutesLater(1);
    const { control, copy } = halves(1, { control: true, candidate: true });
    await record([{ ...control, at, id: "a" }, { ...copy, at, id: "b" }]); // prettier-ignore
    await record([{ target: "prompts/x", version: "v2", id: "b", success: false, at: minutesLater(5) }], 5);
    await advance(store, HERE, turnBy(store, minutesLater(5)));
    expect(await store.value('SELECT COUNT(*) FROM "pairCounts"')).toBe(0);
    await advance(store, HERE, turnBy(store, minutesLater(20)));
    expect(await counts(store)).toEqual([{ both: 0, onlyControl: 1, onlyCandidate: 0, neither: 0 }]);
    expect((await replayRollout(store.db, (await rolloutBySeq(store.db, rollout.seq)) as Rollout)).differences).toEqual([]); // prettier-ignore
  });

  test("what the control served after the shadow is no half", async () => {
    const { store, rollout, record } = await scene();
    await stepUp(store, rollout, minutesLater(90));
    const { control, copy } = halves(1, { control: true, candidate: true });
    await record([{ ...control, at: minutesLater(91) }, { ...copy, at: minutesLater(91) }], 92); // prettier-ignore
    const late = halves(2, { control: true, candidate: false });
    await record([{ ...late.control, at: minutesLater(89) }, { ...late.copy, at: minutesLater(92) }], 93); // prettier-ignore
    expect(await counts(store)).toEqual([{ both: 0, onlyControl: 1, onlyCandidate: 0, neither: 0 }]);
  });
});

describe("evidence", () => {
  test("harm by pairs alone rolls back before anybody was served; a replay says the same", async () => {
    const { store, rollout, record } = await scene();
    let [n, phase] = [0, "shadow"];
    while (phase === "shadow" && n < 200) {
      const lines = Array.from({ length: 5 }, (_, i) => halves(n + i, { control: true, candidate: (n + i) % 3 > 0 }));
      // The control's come last: what completes a pair is no arrival.
      await record([...lines.map(({ copy }) => copy)]);
      await advance(store, HERE, turnBy(store, minutesLater(2)));
      await record(lines.map(({ control }) => control));
      ({ phase } = (await advance(store, HERE, turnBy(store, minutesLater(2)))).rollout.state);
      n += 5;
    }
    expect([phase, n < 60]).toEqual(["rolled-back", true]);
    const shown = await view(store, rollout);
    expect(row(shown)).toMatchObject({
      ...{ verdict: "harm", harmThreshold: 200, safeThreshold: 20, tolerance: 0, margin: 0.03, ratio: null, cap: null },
      ...{ control: { n, rate: 1 }, candidate: { n } },
    });
    const { difference, bounds, ci95 } = row(shown) ?? {};
    expect(difference).toBeCloseTo((row(shown)?.candidate.rate ?? 0) - 1, 12);
    expect(bounds?.[1]).toBeLessThanOrEqual(0);
    expect(ci95?.[0]).toBeLessThan(difference ?? 0);
    expect(shown.analysis.reasons.map((reason) => reasonText(reason)).join()).toMatch(/success\.paired: of \d+ inputs that both answered/); // prettier-ignore
    const after = (await rolloutBySeq(store.db, rollout.seq)) as Rollout;
    expect((await replayRollout(store.db, after)).differences).toEqual([]);
  });

  test("safe by pairs is shown and is no proof, and goes on after the shadow", async () => {
    const { store, rollout, record } = await scene();
    for (let n = 0; n < 400; n += 100) {
      const lines = Array.from({ length: 100 }, (_, i) => halves(n + i, { control: i > 4, candidate: i > 4 }));
      await record(lines.flatMap(({ control, copy }) => [control, copy]));
      await advance(store, HERE, turnBy(store, minutesLater(3)));
    }
    const shown = await view(store, rollout, 4);
    expect(row(shown)).toMatchObject({ verdict: "safe", difference: 0 });
    expect(row(shown)?.bounds?.[0]).toBeGreaterThanOrEqual(-0.03);
    expect(shown.analysis.verdict).toBe("continue");
    const { rollout: next } = await advance(store, HERE, turnBy(store, minutesLater(70)));
    expect([next.state.phase, next.state.weight]).toEqual(["progressing", 0.05]);
    expect(row(await view(store, rollout, 71))).toMatchObject({ verdict: "safe" });
    expect((await view(store, rollout, 71)).analysis.verdict).toBe("continue");
    expect((await replayRollout(store.db, next)).differences).toEqual([]);
  });

  test("of a plan from before, or without shadow, nothing is paired", async () => {
    const { store, rollout, record } = await scene({ alarm: weightsOf(SHADOW.guardrails ?? []) });
    const { control, copy } = halves(1, { control: true, candidate: true });
    await record([control, copy]);
    expect([await store.value("SELECT COUNT(*) FROM pairs"), (await view(store, rollout)).unpaired]).toEqual([0, null]);
  });
});

describe("the alarm's weights", () => {
  const sum = ({ floors, returns, pairs = 0, guardrails }: ReturnType<typeof weightsOf>) =>
    floors + returns + pairs + Object.values(guardrails).reduce((a, b) => a + b, 0);

  test("pairs have a tenth of a plan with copies, taken from all others alike", () => {
    const [without, shadow] = [weightsOf(PLAN.guardrails), weightsOf(PLAN.guardrails, [], { shadow: true })];
    expect(without).not.toHaveProperty("pairs");
    expect([shadow.pairs, sum(without), sum(shadow)]).toEqual([0.1, expect.closeTo(1, 12), expect.closeTo(1, 12)]);
    expect(shadow.guardrails.success).toBeCloseTo(0.9 * (without.guardrails.success ?? 0), 12);
    expect(shadow.returns).toBeCloseTo(0.09, 12);
  });

  test("where success does not roll back, nothing is paired", () => {
    const told = PLAN.guardrails.map((guardrail) => ({ ...guardrail, onHarm: "tell" as const }));
    expect(weightsOf(told, [], { shadow: true })).not.toHaveProperty("pairs");
  });
});
