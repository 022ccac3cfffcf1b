import { describe, expect, test } from "vitest";
import { seeded } from "../../testing/seeded.ts";
import type { ArmTotals, CanaryBatch } from "./canary-batch.ts";
import { addBatch, anytimeP, emptyProcess, harmSettings, logE, nonInferioritySettings } from "./canary-engine.ts";
import { arrivalsUntil, growthPerArrival } from "../planning/canary-planning.ts";
import { confidenceSequence } from "./confidence-sequence.ts";
import { sampleRatioLogE } from "./sample-ratio.ts";

const SETTINGS = [
  harmSettings(0.05, 0.9),
  harmSettings(0.05, 0.9, 0.02),
  nonInferioritySettings(0.03, 0.9),
  nonInferioritySettings(0.2, 0.1),
];

function totals(outcomes: readonly number[]): ArmTotals {
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  return { n: outcomes.length, sum: sum(outcomes), squares: sum(outcomes.map((y) => y * y)) };
}

/** Outcomes that are fractions: means of a few requests of a unit. */
function fractions(n: number, rate: number, random: () => number): number[] {
  return Array.from({ length: n }, () => {
    const requests = 1 + Math.floor(random() * 4);
    const good = Array.from({ length: requests }, () => (random() < rate ? 1 : 0)).reduce<number>((a, b) => a + b, 0);
    return good / requests;
  });
}

describe("the process", () => {
  test("starts at E = 1 and stays there without arrivals", () => {
    for (const settings of SETTINGS) {
      const none = { n: 0, sum: 0 };
      const state = addBatch(emptyProcess(settings), { weight: 0.05, control: none, candidate: none });
      expect(state).toEqual(emptyProcess(settings));
      expect([logE(state), anytimeP(state)]).toEqual([0, 1]);
    }
  });

  test("batches through JSON give the same numbers, and the old state stays as it was", () => {
    const batch = { weight: 0.25, control: { n: 30, sum: 28 }, candidate: { n: 10, sum: 7 } };
    const before = emptyProcess(harmSettings(0.05, 0.95));
    const one = addBatch(before, batch);
    const again = addBatch(JSON.parse(JSON.stringify(before)), JSON.parse(JSON.stringify(batch)));
    expect(again).toEqual(one);
    expect(before).toEqual(emptyProcess(harmSettings(0.05, 0.95)));
  });

  test("arrivals at weight 0 and 1 teach the means and bet nothing", () => {
    const start = emptyProcess(harmSettings(0.05, 0.95));
    for (const weight of [0, 1]) {
      const state = addBatch(start, { weight, control: { n: 10, sum: 0 }, candidate: { n: 10, sum: 0 } });
      expect([logE(state), state.control, state.candidate]).toEqual([0, { n: 10, sum: 0 }, { n: 10, sum: 0 }]);
    }
  });

  test("one arm alone, all good or all bad, is finite evidence", () => {
    for (const settings of SETTINGS) {
      for (const sum of [0, 1e6]) {
        const arm = { n: 1e6, sum };
        const none = { n: 0, sum: 0 };
        for (const batch of [
          { weight: 0.001, control: arm, candidate: none },
          { weight: 0.999, control: none, candidate: arm },
        ]) {
          expect(logE(addBatch(addBatch(emptyProcess(settings), batch), batch))).toSatisfy(Number.isFinite);
        }
      }
    }
  });
});

describe("outcomes that are fractions", () => {
  /** ln E with every factor of one batch on its own. */
  function exact(settings: (typeof SETTINGS)[number], weight: number, arms: Record<"control" | "candidate", number[]>) {
    const wealth = settings.effects.map((effect) => {
      const single = emptyProcess({ ...settings, effects: [effect] });
      const at = (arm: "control" | "candidate", y: number): number => {
        const none = { n: 0, sum: 0 };
        const one = (sum: number) =>
          Math.exp(logE(addBatch(single, { weight, control: none, candidate: none, [arm]: { n: 1, sum } })));
        return Math.log((1 - y) * one(0) + y * one(1));
      };
      return (["control", "candidate"] as const).flatMap((arm) => arms[arm].map((y) => at(arm, y))).reduce((a, b) => a + b, 0);
    });
    return Math.log(wealth.reduce((sum, log) => sum + Math.exp(log), 0) / wealth.length);
  } // prettier-ignore

  test("give evidence that is never above the exact product; squares make it close", () => {
    const random = seeded(4);
    const gaps = { squares: 0, sums: 0 };
    for (let i = 0; i < 300; i++) {
      const settings = SETTINGS[i % SETTINGS.length] as (typeof SETTINGS)[number];
      const weight = [0.01, 0.05, 0.25, 0.5][i % 3] as number;
      const arms = {
        control: fractions(100, random(), random),
        candidate: fractions(1 + Math.floor(100 * weight), random(), random),
      };
      const control = totals(arms.control);
      const candidate = totals(arms.candidate);
      const want = exact(settings, weight, arms);
      const close = logE(addBatch(emptyProcess(settings), { weight, control, candidate }));
      const coarse = logE(
        addBatch(emptyProcess(settings), {
          weight,
          control: { n: control.n, sum: control.sum },
          candidate: { n: candidate.n, sum: candidate.sum },
        }),
      );
      expect(close).toBeLessThanOrEqual(want + 1e-9);
      expect(coarse).toBeLessThanOrEqual(close + 1e-9);
      gaps.squares += want - close;
      gaps.sums += want - coarse;
    }
    expect(gaps.squares).toBeLessThan(gaps.sums / 3);
  });

  test("outcomes of 0 and 1 need no squares", () => {
    const batch = (squares?: number) => ({
      weight: 0.05,
      control: { n: 95, sum: 90, squares: squares === undefined ? undefined : 90 },
      candidate: { n: 5, sum: 3, squares },
    });
    for (const settings of SETTINGS)
      expect(addBatch(emptyProcess(settings), batch(3))).toEqual(addBatch(emptyProcess(settings), batch()));
  });
});

describe("what cannot be", () => {
  const arm = { n: 10, sum: 9 };
  test.each<[string, CanaryBatch]>([
    ["a weight above 1", { weight: 1.1, control: arm, candidate: arm }],
    ["a weight that is no number", { weight: Number.NaN, control: arm, candidate: arm }],
    ["more successes than arrivals", { weight: 0.5, control: arm, candidate: { n: 3, sum: 4 } }],
    ["half an arrival", { weight: 0.5, control: arm, candidate: { n: 0.5, sum: 0 } }],
    ["a negative sum", { weight: 0.5, control: { n: 1, sum: -1 }, candidate: arm }],
    ["squares above the sum", { weight: 0.5, control: arm, candidate: { n: 3, sum: 1.5, squares: 1.6 } }],
    ["squares below what the mean leaves", { weight: 0.5, control: arm, candidate: { n: 3, sum: 1.5, squares: 0.7 } }],
  ])("%s is refused", (_, batch) => {
    expect(() => addBatch(emptyProcess(harmSettings(0.05, 0.9)), batch)).toThrow(RangeError);
    expect(() => confidenceSequence([batch], harmSettings(0.05, 0.9))).toThrow(RangeError);
  });

  test.each([
    ["a margin of 1", nonInferioritySettings(1, 0.9)],
    ["a negative tolerance", harmSettings(0.05, 0.9, -0.1)],
    ["no effect", { ...harmSettings(0.05, 0.9), effects: [] }],
    ["an effect of 0", harmSettings(0, 0.9)],
    ["a prior above 1", harmSettings(0.05, 1.1)],
    ["a prior that weighs nothing", { ...harmSettings(0.05, 0.9), prior: { mean: 0.9, weight: 0 } }],
  ])("%s is refused", (_, settings) => expect(() => emptyProcess(settings)).toThrow(RangeError));
});

describe("the confidence sequence", () => {
  const settings = { effects: [0.01, 0.03, 0.1], prior: { mean: 0.9, weight: 100 } };
  test("says nothing without arrivals", () => {
    expect(confidenceSequence([], settings)).toEqual([-1, 1]);
  });

  test("is an interval that keeps what is true in the end, also where the difference turned round", () => {
    const half = (control: number, candidate: number) => ({
      weight: 0.5,
      control: { n: 5000, sum: control },
      candidate: { n: 5000, sum: candidate },
    });
    const [low, high] = confidenceSequence([half(4900, 1000), half(1000, 4900)], settings);
    expect(low).toBeLessThanOrEqual(0);
    expect(high).toBeGreaterThanOrEqual(0);
  });

  test("fractions make it narrower when their squares are known", () => {
    const random = seeded(11);
    const batches = Array.from({ length: 20 }, () => ({
      weight: 0.25,
      control: totals(fractions(150, 0.9, random)),
      candidate: totals(fractions(50, 0.9, random)),
    }));
    const width = ([low, high]: [number, number]) => high - low;
    const known = confidenceSequence(batches, settings);
    const bare = batches.map(({ weight, control, candidate }) => ({
      weight,
      control: { n: control.n, sum: control.sum },
      candidate: { n: candidate.n, sum: candidate.sum },
    }));
    expect(width(known)).toBeGreaterThan(0.01);
    expect(width(known)).toBeLessThan(width(confidenceSequence(bare, settings)));
  });
});

describe("the sample ratio", () => {
  test.each([
    ["nothing seen", [], 0, 0],
    ["weights that leave nothing to split", [{ weight: 1, control: 5, candidate: 5 }, { weight: 0, control: 9, candidate: 0 }], 0, 0],
    ["a million as declared", [{ weight: 0.05, control: 950_000, candidate: 50_000 }], -5, -3],
    ["a candidate that is never served", [{ weight: 0.05, control: 500, candidate: 0 }], 4.5, 6],
    ["the same again at the next weight", [{ weight: 0.05, control: 500, candidate: 0 }, { weight: 0.25, control: 100, candidate: 0 }], 6.3, 6.6],
  ])("%s", (_, exposures, low, high) => {
    expect(sampleRatioLogE(exposures)).toBeGreaterThanOrEqual(low);
    expect(sampleRatioLogE(exposures)).toBeLessThanOrEqual(high);
  }); // prettier-ignore

  test.each([
    [{ weight: -0.1, control: 1, candidate: 1 }],
    [{ weight: 0.5, control: 1.5, candidate: 1 }],
    [{ weight: 0.5, control: -1, candidate: 1 }],
  ])("%j is refused", (exposure) => expect(() => sampleRatioLogE([exposure])).toThrow(RangeError));
});

describe("planning", () => {
  const rates = { control: 0.95, candidate: 0.9 };
  const harm = harmSettings(0.05, 0.95);
  const until = (stretches: { weight: number; arrivals: number }[], given = rates) =>
    arrivalsUntil(harm, given, stretches, 0.05);

  test("a ramp that stays at one weight is that weight", () => {
    const alone = until([{ weight: 0.05, arrivals: Infinity }]);
    const cut = until([{ weight: 0.05, arrivals: 1000 }, { weight: 0.05, arrivals: Infinity }]); // prettier-ignore
    expect(cut.lower).toBeCloseTo(alone.lower, 6);
    expect(cut.upper).toBeCloseTo(alone.upper, 6);
  });

  test("evidence of a smaller weight counts on at a larger one", () => {
    const ramp = until([{ weight: 0.01, arrivals: 5000 }, { weight: 0.5, arrivals: Infinity }]); // prettier-ignore
    expect(ramp.lower).toBeGreaterThan(5000);
    expect(ramp.lower - 5000).toBeLessThan(until([{ weight: 0.5, arrivals: Infinity }]).lower);
  });

  test("without harm there is never enough evidence of it; nor where the last step ends", () => {
    expect(until([{ weight: 0.05, arrivals: Infinity }], { control: 0.95, candidate: 0.95 }).lower).toBe(Infinity);
    expect(until([{ weight: 0.05, arrivals: 10 }]).upper).toBe(Infinity);
    expect(until([]).upper).toBe(Infinity);
  });

  test.each([0, 1, Number.NaN])("growth at weight %d is refused", (weight) => {
    expect(() => growthPerArrival(harm, rates, weight)).toThrow(RangeError);
  });
});
