import { describe, expect, test } from "vitest";
import { clopperPearson } from "../proportions/clopper-pearson.ts";
import { exactHarmPower, exactNonInferiorityPower } from "./exact-power.ts";
import { hypergeometricCdf } from "../distributions/hypergeometric.ts";
import { LEAST_DISCORDANT, mcnemar, mcnemarTest } from "../proportions/mcnemar.ts";
import { newcombePaired } from "../proportions/newcombe-paired.ts";
import { nonInferiorityPower, nonInferioritySize } from "./non-inferiority-planning.ts";
import {
  connorSize,
  millerEffect,
  millerPower,
  millerSize,
  pairedEffect,
  pairedPower,
  unchangedSize,
} from "./paired-planning.ts";
import { mcnemarDrop, mcnemarPower } from "./mcnemar-power.ts";
import { signLogE } from "../sequential/sign-e-process.ts";
import { tango } from "../proportions/tango.ts";
import { twoProportionEffect, twoProportionPower, twoProportionSize } from "./two-proportion-planning.ts";
import { miettinenNurminen, newcombe } from "../proportions/two-proportions.ts";

const levels = { alpha: 0.05, power: 0.8, sides: 2 as const };
const same = { control: 0.9, candidate: 0.9, ratio: 1 };
const sure = { control: 1, candidate: 1, ratio: 1 };
const pairs = (bothPass: number, onlyControl: number, onlyCandidate: number, neither: number) => ({
  bothPass,
  onlyControl,
  onlyCandidate,
  neither,
});
const still = { omega2: 0, sigma2Control: 0, sigma2Candidate: 0, trialsControl: 1, trialsCandidate: 1 };

describe("edges", () => {
  test.each<[string, unknown, unknown]>([
    ["no trials say nothing (Clopper-Pearson)", clopperPearson(0, 0), [0, 1]],
    ["no difference needs endless observations", twoProportionSize("pooled", same, levels), Infinity],
    ["… also with a continuity correction", twoProportionSize("continuity", same, levels), Infinity],
    ["no difference is found at the level", twoProportionPower("pooled", sure, 100, levels), 0.025],
    ["a difference where nothing varies is found", twoProportionPower("unpooled", { ...sure, candidate: 0 }, 100, levels), 1],
    ["one observation has no power beyond alpha", twoProportionPower("pooled", { ...same, candidate: 0 }, 1, levels), 0.05],
    ["nothing above 1 is to be found", twoProportionEffect("pooled", { control: 1, ratio: 1, n: 100 }, "up", levels), null],
    ["ten observations do not find 1 point", twoProportionEffect("pooled", { control: 0.99, ratio: 1, n: 10 }, "up", levels), null],
    ["a candidate at the margin needs endless observations", nonInferioritySize("farrington-manning", { ...same, candidate: 0.85, margin: 0.05 }, levels), Infinity],
    ["… and has no power beyond alpha", nonInferiorityPower("unpooled", { ...same, candidate: 0.8, margin: 0.05 }, 99, 0.05), 0.05],
    ["no paired difference", connorSize({ discordance: 0.2, difference: 0, ...levels }), Infinity],
    ["three cases cannot show any difference", pairedEffect({ discordance: 0.1, cases: 3, ...levels }), null],
    ["cases that never vary need none", millerSize({ ...still, difference: 0.1, ...levels }), 0],
    ["… and show everything", millerEffect({ ...still, cases: 10, ...levels }), 0],
    ["… surely", millerPower({ ...still, cases: 10, difference: 0.1, ...levels }), 1],
    ["no discordant pair: p = 1", mcnemar(0, 0), { exact: 1, midP: 1 }],
    ["as many regressions as improvements: exact p = 1", mcnemar(7, 7).exact, 1],
    ["five of five changed for the worse: exact, as mid-p would decide too early", mcnemarTest(5, 0), { pValue: expect.closeTo(0.0625, 12), test: "mcnemar-exact", few: true }],
    ["six of six: mid-p", mcnemarTest(0, LEAST_DISCORDANT), { pValue: expect.closeTo(0.015625, 12), test: "mcnemar-midp", few: false }],
    ["nothing changed", mcnemarTest(0, 0), { pValue: 1, test: "mcnemar-exact", few: true }],
    ["no pair seen: E = 1", signLogE(0, 0), 0],
    ["all drawn", hypergeometricCdf(3, { population: 5, successes: 3, draws: 5 }), 1],
    ["fewer than possible", hypergeometricCdf(2, { population: 5, successes: 3, draws: 5 }), 0],
  ])("%s", (_name, got, want) => {
    expect(got).toEqual(want);
  }); // prettier-ignore

  test("no discordant pair: an interval around 0 that is not [0, 0]", () => {
    for (const interval of [tango(pairs(50, 0, 0, 50)), newcombePaired(pairs(50, 0, 0, 50))]) {
      expect(interval[0]).toBeLessThan(-0.01);
      expect(interval[1]).toBeGreaterThan(0.01);
    }
  });
  test.each([[0.03, 0.05, 125], [0.01, 0.05, 381], [0.1, 0.1, 25]])("no discordant pair: a margin of %d at alpha %d takes %d cases, as Tango's interval says", (difference, alpha, cases) => {
    expect(Math.ceil(unchangedSize({ difference, alpha }))).toBe(cases);
    const reach = (n: number) => Math.max(...tango(pairs(n, 0, 0, 0), alpha).map(Math.abs));
    expect(reach(cases)).toBeLessThanOrEqual(difference);
    expect(reach(cases - 1)).toBeGreaterThan(difference);
  }); // prettier-ignore
  test("all against none: bounds stay in [-1, 1]", () => {
    const [none, all] = [{ successes: 0, n: 5 }, { successes: 5, n: 5 }]; // prettier-ignore
    for (const interval of [newcombe(none, all), miettinenNurminen(none, all), tango(pairs(0, 0, 5, 0))]) {
      expect(interval[1]).toBe(1);
      expect(interval[0]).toBeGreaterThan(0);
    }
  });
  test("the e-value holds for counts where its parts do not", () => {
    expect(signLogE(100_000, 0)).toBeCloseTo(100_000 * Math.LN2 - Math.log(50_000.5), 6);
    expect(signLogE(0, 100_000)).toBeCloseTo(-Math.log(100_002), 4);
    expect(signLogE(500_000, 500_000)).toBeLessThan(0);
  });

  test.each<[string, () => unknown]>([
    ["more successes than trials", () => clopperPearson(3, 2)],
    ["half a success", () => clopperPearson(0.5, 2)],
    ["an empty arm", () => newcombe({ successes: 0, n: 0 }, { successes: 1, n: 2 })],
    ["an arm with more successes than trials", () => miettinenNurminen({ successes: 3, n: 2 }, { successes: 1, n: 2 })],
    ["no pairs", () => tango(pairs(0, 0, 0, 0))],
    ["a negative count", () => newcombePaired(pairs(1, -1, 2, 3))],
    ["half a pair", () => mcnemar(1.5, 2)],
    ["half a pair, tested", () => mcnemarTest(1, 0.5)],
    ["a margin of nothing", () => unchangedSize({ difference: 0, alpha: 0.05 })],
    ["a margin of everything", () => unchangedSize({ difference: 1, alpha: 0.05 })],
    ["alpha 1 of an interval", () => unchangedSize({ difference: 0.1, alpha: 1 })],
    ["minus one regression", () => signLogE(-1, 2)],
    ["a rate of 95", () => twoProportionSize("pooled", { control: 95, candidate: 90, ratio: 1 }, levels)],
    ["no control at all", () => twoProportionSize("pooled", { ...same, ratio: 0 }, levels)],
    ["alpha 0", () => twoProportionSize("pooled", same, { ...levels, alpha: 0 })],
    ["power below alpha", () => twoProportionSize("pooled", same, { ...levels, power: 0.01 })],
    ["a margin of 0", () => nonInferioritySize("unpooled", { ...same, margin: 0 }, levels)],
    ["a difference above the discordance", () => connorSize({ discordance: 0.1, difference: 0.2, ...levels })],
    ["no discordance", () => pairedPower({ discordance: 0, difference: 0, cases: 9, ...levels })],
    ["a negative variance", () => millerSize({ ...still, omega2: -1, difference: 0.1, ...levels })],
    ["no trials", () => millerSize({ ...still, trialsControl: 0, difference: 0.1, ...levels })],
    ["half an observation", () => exactHarmPower("pooled", { control: 0.9, candidate: 0.8, controlSize: 9.5, candidateSize: 9 }, 0.05)],
    ["more drawn than there are", () => hypergeometricCdf(1, { population: 5, successes: 3, draws: 6 })],
  ])("%s is refused", (_name, call) => {
    expect(call).toThrow(RangeError);
  }); // prettier-ignore
});

describe("exact power", () => {
  /** Every outcome of both arms, one by one: what the search for the least rejecting control must agree with. */
  test.each([
    [0.9, 0.7, 12, 9],
    [0.5, 0.2, 7, 15],
    [1, 0.6, 6, 6],
    [0.95, 0.9, 40, 4],
  ])("control %d, candidate %d with %d and %d", (control, candidate, controlSize, candidateSize) => {
    const z = 1.6448536269514722;
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
    const mass = (k: number, n: number, p: number) => choose(n, k) * p ** k * (1 - p) ** (n - k);
    let sum = 0;
    for (let b = 0; b <= controlSize; b++)
      for (let c = 0; c <= candidateSize; c++) {
        const p = (b + c) / (controlSize + candidateSize);
        const error = Math.sqrt(p * (1 - p) * (1 / controlSize + 1 / candidateSize));
        if ((b / controlSize - c / candidateSize) / error >= z)
          sum += mass(b, controlSize, control) * mass(c, candidateSize, candidate);
      }
    const arms = { control, candidate, controlSize, candidateSize };
    expect(exactHarmPower("pooled", arms, 0.05)).toBeCloseTo(sum, 12);
  });

  test("a candidate that fails every time against a control that never does", () => {
    const arms = { control: 1, candidate: 0, controlSize: 50, candidateSize: 50 };
    expect(exactHarmPower("unpooled", arms, 0.05)).toBe(1);
    expect(exactHarmPower("fisher", arms, 0.05)).toBe(1);
    expect(exactNonInferiorityPower("farrington-manning", { ...arms, margin: 0.1 }, 0.05)).toBe(0);
  });
});

describe("few cases, counted outcome by outcome", () => {
  /** P(X ≥ least) of Bin(n, p), term by term: another way to the same number. */
  function atLeast(least: number, n: number, p: number): number {
    let [sum, ways] = [0, 1];
    for (let k = 0; k <= n; k++) {
      if (k >= least) sum += ways * p ** k * (1 - p) ** (n - k);
      ways = (ways * (n - k)) / (k + 1);
    }
    return sum;
  }

  test.each([
    ["five cases that all got worse show nothing", { cases: 5, discordance: 1, drop: 1 }, 0],
    ["six do", { cases: 6, discordance: 1, drop: 1 }, 1],
    [
      "where only regressions happen, six of them are needed",
      { cases: 22, discordance: 0.3, drop: 0.3 },
      atLeast(6, 22, 0.3),
    ],
    [
      "where nothing is worse it is within the level on that side",
      { cases: 30, discordance: 0.4, drop: 0 },
      0.0214455789,
    ],
  ])("%s", (_, plan, expected) => {
    expect(mcnemarPower(plan)).toBeCloseTo(expected, 3);
  });

  test("the smallest drop that is seen; null where not even a drop of everything is", () => {
    expect(mcnemarDrop({ cases: 5, discordance: 0 }, 0.8)).toBeNull();
    const drop = mcnemarDrop({ cases: 22, discordance: 0 }, 0.8)!;
    expect(atLeast(6, 22, drop)).toBeCloseTo(0.8, 6);
    const noisy = mcnemarDrop({ cases: 22, discordance: 0.5 }, 0.8)!;
    expect(noisy).toBeGreaterThan(drop);
    // The normal formula promises more than the test keeps.
    expect(drop).toBeGreaterThan(pairedEffect({ discordance: 0.001, cases: 22, ...levels })!);
  });
});
