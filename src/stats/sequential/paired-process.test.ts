import { describe, expect, test } from "vitest";
import { pairedBounds } from "./paired-bounds.ts";
import { addPairs, emptyPaired, NO_PAIRS, pairBets, type PairCounts, pairedHarm, pairedLogE, pairedSafe, type PairedSettings } from "./paired-process.ts"; // prettier-ignore

const pairs = (both: number, onlyControl = 0, onlyCandidate = 0, neither = 0): PairCounts => {
  return { both, onlyControl, onlyCandidate, neither };
};

describe("by hand", () => {
  test("one pair that only the control answers is worth the mean of the bets, those of 90 % that are expected to differ by 18 %", () => {
    // q = 2 · .9 · .1, and E x² = max(q, e) where the bound is 0; the last bet is cut where a lost pair takes 90 %.
    const sizes = [0.025 / 0.18, 0.05 / 0.18, 0.1 / 0.18, 0.9];
    expect(pairBets(pairedHarm(0.05, 0.9), NO_PAIRS)).toEqual(sizes.map((size) => expect.closeTo(size, 12)));
    const state = addPairs(emptyPaired(pairedHarm(0.05, 0.9)), pairs(0, 1));
    expect(Math.exp(pairedLogE(state))).toBeCloseTo(1 + sizes.reduce((a, b) => a + b, 0) / 4, 12);
  });

  test("arms that never differ are shown to be safe by 1 + .9 · margin / (1 − margin) a pair, and harm stays at 1", () => {
    const { prior, ...settings } = pairedSafe(0.03, 0.95);
    // One bet, after nothing ever differed: its size would be e/e² = 33, cut to .9/.97.
    const alike: PairedSettings = { ...settings, effects: [0.03], prior: { ...prior, share: 0 } };
    const state = addPairs(emptyPaired(alike), pairs(100, 0, 0, 10));
    expect(state.peak).toBeCloseTo(110 * Math.log(1 + (0.9 / 0.97) * 0.03), 12);
    expect(addPairs(emptyPaired(pairedHarm(0.05, 0.95)), pairs(1000, 0, 0, 50)).peak).toBe(0);
  });

  test("no pair takes more than nine tenths", () => {
    for (const settings of [pairedHarm(0.05, 1), pairedHarm(0.3, 0.9, 0.2), pairedSafe(0.03, 1), pairedSafe(0.4, 0.5)]) {
      for (const seen of [NO_PAIRS, pairs(10_000), pairs(0, 50, 50)])
        for (const size of pairBets(settings, seen))
          expect(Math.min(...[-1, 1].map((d) => 1 + (settings.kind === "harm" ? 1 : -1) * size * (d - settings.bound)))).toBeGreaterThanOrEqual(0.1 - 1e-12); // prettier-ignore
    }
  }); // prettier-ignore
});

describe("the process", () => {
  test("a batch changes nothing of the state before it, and none is nothing", () => {
    const before = emptyPaired(pairedHarm(0.05, 0.95));
    expect(addPairs(before, NO_PAIRS)).toEqual(before);
    addPairs(before, pairs(3, 2));
    expect(before).toEqual(emptyPaired(pairedHarm(0.05, 0.95)));
  });

  test.each([pairs(0.5), pairs(-1), pairs(Number.NaN)])("%j is refused", (batch) => {
    expect(() => addPairs(emptyPaired(pairedHarm(0.05, 0.9)), batch)).toThrow(RangeError);
    expect(() => pairedBounds([batch], SETTINGS, LEVELS)).toThrow(RangeError);
  });

  test.each<[string, PairedSettings]>([
    ["a margin of 1", pairedSafe(1, 0.9)],
    ["a negative tolerance", pairedHarm(0.05, 0.9, -0.1)],
    ["no effect", { ...pairedHarm(0.05, 0.9), effects: [] }],
    ["a prior that weighs nothing", { ...pairedHarm(0.05, 0.9), prior: { share: 0.1, weight: 0 } }],
  ])("%s is refused", (_, settings) => expect(() => emptyPaired(settings)).toThrow(RangeError));
});

const SETTINGS = { harm: pairedHarm(0.05, 0.95), safe: pairedSafe(0.03, 0.95) };
const LEVELS = { harm: 1 / 200, safe: 1 / 20 };

describe("the bounds", () => {
  test("say nothing without pairs", () => expect(pairedBounds([], SETTINGS, LEVELS)).toEqual([-1, 1]));

  test.each([
    [[pairs(100, 0, 0, 3), pairs(200, 0, 0, 5)]],
    [[pairs(80, 20, 2, 3), pairs(90, 30, 3, 3)]],
    [[pairs(50, 1, 2, 3), pairs(900, 10, 12, 30), pairs(900, 11, 12, 30)]],
    [[pairs(5, 1, 0, 1)]],
  ])("agree with the verdicts at the processes' own bounds: %j", (batches) => {
    const peak = (settings: PairedSettings) => batches.reduce(addPairs, emptyPaired(settings)).peak;
    const [low, high] = pairedBounds(batches, SETTINGS, LEVELS);
    expect(low >= 0).toBe(peak(SETTINGS.harm) >= Math.log(200));
    expect(high <= 0.03).toBe(peak(SETTINGS.safe) >= Math.log(20));
  });
});
