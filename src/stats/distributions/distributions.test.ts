import { describe, expect, test } from "vitest";
import { betaQuantile, logBeta, regularizedBeta } from "./beta.ts";
import { binomialCdf, binomialPmf, binomialSurvival } from "./binomial.ts";
import { chiSquareSurvival } from "./chi-square.ts";
import { gammaP, gammaQ, logGamma } from "./gamma.ts";
import { normalCdf, normalQuantile, normalSurvival } from "./normal.ts";
import { studentCdf, studentQuantile, studentSurvival } from "./student.ts";

describe("edges", () => {
  test.each<[string, number, number]>([
    ["Φ(∞) = 1", normalCdf(Infinity), 1],
    ["the far upper tail is not 1 − 1", normalSurvival(10), 7.619853024160525e-24],
    ["Φ⁻¹(0) = −∞", normalQuantile(0), -Infinity],
    ["Φ⁻¹(1) = ∞", normalQuantile(1), Infinity],
    ["t of ∞", studentSurvival(Infinity, 3), 0],
    ["t quantile of 1", studentQuantile(1, 3), Infinity],
    ["I_0 = 0", regularizedBeta(0, 2, 3), 0],
    ["I_1 = 1", regularizedBeta(1, 2, 3), 1],
    ["beta quantile of 0", betaQuantile(0, 2, 3), 0],
    ["beta quantile of 1", betaQuantile(1, 2, 3), 1],
    ["P(a, ∞) = 1", gammaP(2, Infinity), 1],
    ["Q(a, 0) = 1", gammaQ(2, 0), 1],
    ["chi-square beyond 0", chiSquareSurvival(0, 1), 1],
    ["no trials: 0 successes are certain", binomialPmf(0, 0, 0.3), 1],
    ["p = 0: 0 successes are certain", binomialPmf(0, 9, 0), 1],
    ["p = 1: n successes are certain", binomialPmf(9, 9, 1), 1],
    ["more successes than trials are impossible", binomialPmf(10, 9, 0.5), 0],
    ["P(X ≤ −1) = 0", binomialCdf(-1, 9, 0.5), 0],
    ["P(X ≤ n) = 1", binomialCdf(9, 9, 0.5), 1],
    ["P(X > −1) = 1", binomialSurvival(-1, 9, 0.5), 1],
    ["P(X > n) = 0", binomialSurvival(9, 9, 0.5), 0],
  ])("%s", (_name, got, want) => {
    if (Number.isInteger(want) || !Number.isFinite(want)) expect(got).toBe(want);
    else expect(got / want).toBeCloseTo(1, 12);
  });

  test.each<[string, () => number]>([
    ["Φ(NaN)", () => normalCdf(Number.NaN)],
    ["Φ⁻¹(1.1)", () => normalQuantile(1.1)],
    ["Γ(0)", () => logGamma(0)],
    ["P(0, 1)", () => gammaP(0, 1)],
    ["Q(1, −1)", () => gammaQ(1, -1)],
    ["B(0, 1)", () => logBeta(0, 1)],
    ["I_2(1, 1)", () => regularizedBeta(2, 1, 1)],
    ["a beta quantile of −0.1", () => betaQuantile(-0.1, 1, 1)],
    ["t with no degree of freedom", () => studentCdf(1, 0)],
    ["a t quantile with NaN degrees", () => studentQuantile(0.5, Number.NaN)],
    ["chi-square with no degree of freedom", () => chiSquareSurvival(1, 0)],
    ["half a trial", () => binomialPmf(1, 2.5, 0.5)],
    ["p = 1.5", () => binomialCdf(1, 2, 1.5)],
    ["p = NaN", () => binomialSurvival(1, 2, Number.NaN)],
  ])("%s is refused", (_name, call) => expect(call).toThrow(RangeError));
});

test("a billion trials take a moment, not a minute", () => {
  expect(binomialCdf(500_000_000, 1_000_000_000, 0.5)).toBeCloseTo(0.5000126156626, 11);
});
