import { describe, expect, test } from "vitest";
import { calibrationError } from "./calibration-error.ts";
import { agreement } from "./kappa.ts";
import { type JudgedCase, ppiMean } from "./ppi.ts";
import { roganGladen } from "./rogan-gladen.ts";

describe("agreement", () => {
  test("both raters always say the same one thing: kappa is undefined, AC1 is 1", () => {
    expect(agreement([[12, 0], [0, 0]])).toEqual({ observed: 1, kappa: null, ac1: 1 }); // prettier-ignore
  });
  test("perfect agreement has no error, and no interval that would claim certainty", () => {
    expect(agreement([[7, 0], [0, 3]]).kappa).toEqual({ estimate: 1, error: 0, interval: null }); // prettier-ignore
    expect(agreement([[0, 7], [7, 0]]).kappa).toEqual({ estimate: -1, error: 0, interval: null }); // prettier-ignore
  });
  test("a rater who never varies is at chance", () => {
    expect(agreement([[30, 10], [0, 0]]).kappa).toEqual({ estimate: 0, error: 0, interval: null }); // prettier-ignore
  });
  test("counts need not be whole: half of them widen the error by the root of 2", () => {
    const full = agreement([[20, 5], [10, 15]]); // prettier-ignore
    const half = agreement([[10, 2.5], [5, 7.5]]); // prettier-ignore
    expect(half.kappa!.error / full.kappa!.error).toBeCloseTo(Math.SQRT2, 12);
  });
  test.each([
    ["not square", [[1, 2]]],
    ["one category", [[5]]],
    ["a negative count", [[1, -1], [1, 1]]],
    ["nothing counted", [[0, 0], [0, 0]]],
  ])("%s: refused", (_, table) => expect(() => agreement(table)).toThrow(RangeError)); // prettier-ignore
});

describe("Rogan-Gladen", () => {
  const share = (hits: number, n: number) => ({ hits, n });
  test.each([
    ["a judge at chance", share(5, 10), share(5, 10)],
    ["a judge below chance", share(2, 10), share(3, 10)],
  ])("%s says nothing", (_, se, sp) => expect(roganGladen(share(50, 100), se, sp)).toBeNull());
  test("a perfect judge changes nothing but the width", () => {
    const found = roganGladen(share(80, 100), share(50, 50), share(50, 50))!;
    expect(found.estimate).toBeCloseTo(0.8, 12);
    expect(found.interval[0]).toBeLessThan(0.72);
  });
  test("refuses rates that are none", () => {
    expect(() => roganGladen(share(2, 1), share(1, 1), share(1, 1))).toThrow(RangeError);
    expect(() => roganGladen(share(1, 1), share(0, 0), share(1, 1))).toThrow(RangeError);
  });
});

describe("prediction-powered mean", () => {
  const one = (label: number, judged: number): JudgedCase => ({ labelled: [{ label, judged }], unlabelled: [] });
  test("no label, no estimate", () => expect(ppiMean([{ labelled: [], unlabelled: [1] }])).toBeNull());
  test("everything labelled: the mean of the labels", () => {
    const found = ppiMean([one(1, 0), one(0, 0), one(1, 1), one(1, 1)])!;
    expect(found).toMatchObject({ estimate: 0.75, lambda: 0 });
  });
  test("a judge that never varies is not used", () => {
    expect(ppiMean([one(1, 1), one(0, 1), { labelled: [], unlabelled: [1, 1] }])?.lambda).toBe(0);
  });
  test("a constant bias of the judge cancels", () => {
    const biased = (by: number) =>
      ppiMean([
        one(1, 0.5 + by),
        one(0, by),
        one(1, 0.5 + by),
        one(0, by),
        { labelled: [], unlabelled: [by, 0.5 + by, by] },
      ])!;
    expect(biased(0.3).estimate).toBeCloseTo(biased(0).estimate, 12);
  });
  test("trials that repeat their case are no evidence of their own", () => {
    const pairs = [
      one(1, 1),
      one(0, 1),
      one(1, 1),
      one(0, 0),
      one(1, 1),
      { labelled: [], unlabelled: [1] },
      { labelled: [], unlabelled: [0] },
    ];
    const repeated = pairs.map((c) => ({
      labelled: c.labelled.flatMap((pair) => [pair, pair, pair]),
      unlabelled: c.unlabelled.flatMap((f) => [f, f, f]),
    }));
    const [once, thrice] = [ppiMean(pairs)!, ppiMean(repeated)!];
    expect(thrice.estimate).toBeCloseTo(once.estimate, 1);
    expect(thrice.error / once.error).toBeCloseTo(1, 1);
  });
  test("refuses what is not a number", () => expect(() => ppiMean([one(Number.NaN, 1)])).toThrow(RangeError));
});

describe("calibration", () => {
  test("no forecast, no error", () => expect(calibrationError([])).toBeNull());
  test("a forecast of 1 falls into the last bin", () => {
    expect(calibrationError([{ probability: 1, happened: true }])).toMatchObject({ ece: 0, brier: 0, uncertainty: 0 });
  });
  test("refuses what is no probability", () => {
    expect(() => calibrationError([{ probability: 1.1, happened: true }])).toThrow(RangeError);
  });
});
