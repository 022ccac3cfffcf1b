import { describe, expect, test } from "vitest";
import { seeded } from "../../testing/seeded.ts";
import { casesNeeded, type CellMeans, effectsOf, isDecided } from "./effects.ts";

/** Cases by their outcomes in the four cells, 1 or 0 each. */
function means(patterns: readonly [count: number, y00: number, y10: number, y01: number, y11: number][]): CellMeans {
  const rows = patterns.flatMap(([count, ...cells]) => Array<number[]>(count).fill(cells));
  const cell = (i: number) => Float64Array.from(rows, (row) => row[i] as number);
  return { cells: [cell(0), cell(1), cell(2), cell(3)], groups: null, single: true };
}

/** 60 % and 70 % with the control's model, 65 % and 95 % with the candidate's. */
const KNOWN = means([[60, 1, 1, 1, 1], [5, 0, 1, 1, 1], [5, 0, 1, 0, 1], [25, 0, 0, 0, 1], [5, 0, 0, 0, 0]]); // prettier-ignore

describe("the effects of a 2 × 2", () => {
  test("are the contrasts of its cells", () => {
    const { cells, effects, simple } = effectsOf(KNOWN, true, 0.03);
    expect(cells.map((rate) => Math.round(rate * 100))).toEqual([60, 70, 65, 95]);
    const estimates = Object.fromEntries([...effects, ...simple].map(({ name, estimate }) => [name, estimate]));
    expect(estimates["prompt"]).toBeCloseTo(0.2, 12);
    expect(estimates["model"]).toBeCloseTo(0.15, 12);
    expect(estimates["interaction"]).toBeCloseTo(0.2, 12);
    expect(estimates["promptWithControlModel"]).toBeCloseTo(0.1, 12);
    expect(estimates["promptWithCandidateModel"]).toBeCloseTo(0.3, 12);
    expect(estimates["modelWithControlPrompt"]).toBeCloseTo(0.05, 12);
    expect(estimates["modelWithCandidatePrompt"]).toBeCloseTo(0.25, 12);
    expect(effects.map(({ verdict }) => verdict)).toEqual(["up", "up", "up"]);
    expect(simple.map(({ test: name }) => name)).toEqual(Array(4).fill("mcnemar-midp").with(2, "mcnemar-exact"));
  });

  test("agree with the t interval of one number a case", () => {
    const { effects } = effectsOf(KNOWN, true, null);
    const [y00, y10, y01, y11] = KNOWN.cells;
    const contrast = Array.from(y00, (_, i) => y11[i]! - y01[i]! - y10[i]! + y00[i]!);
    const mean = contrast.reduce((a, b) => a + b, 0) / 100;
    const error = Math.sqrt(contrast.reduce((sum, d) => sum + (d - mean) ** 2, 0) / 99 / 100);
    // t quantile with 99 degrees of freedom.
    expect(effects[2]!.ci95![0]).toBeCloseTo(mean - 1.984216952 * error, 6);
    expect(effects[2]!.ci95![1]).toBeCloseTo(mean + 1.984216952 * error, 6);
  });

  test("that are none: equal cells of many cases lie within the margin, of few they do not", () => {
    const verdicts = (cases: number) =>
      effectsOf(means([[cases, 1, 1, 1, 1]]), true, 0.03).effects.map(({ verdict }) => verdict);
    expect(verdicts(1000)).toEqual(["no-difference", "no-difference", "no-difference"]);
    expect(verdicts(20)).toEqual(["inconclusive", "inconclusive", "inconclusive"]);
  });

  test("of one cluster are not told", () => {
    const { effects } = effectsOf({ ...KNOWN, groups: new Int32Array(100), single: false }, true, 0.03);
    expect(effects.map(({ ci95, pValue, verdict }) => [ci95, pValue, verdict])).toEqual(
      Array(3).fill([null, null, "inconclusive"]),
    );
    expect([isDecided(effects), casesNeeded(effects, 100, 0.03)]).toEqual([false, null]);
  });

  test("of an amount are in its unit", () => {
    const [y00, y10, y01, y11] = [0.001, 0.002, 0.004, 0.008].map((usd) =>
      Float64Array.from({ length: 40 }, (_, i) => usd * (1 + (i % 5) / 10)),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array];
    const { effects } = effectsOf({ cells: [y00, y10, y01, y11], groups: null, single: true }, false, null);
    expect(effects.map(({ estimate }) => Number(estimate.toPrecision(6)))).toEqual([0.003, 0.0054, 0.0036]);
  });
});

test("intervals hold for clustered cases: 95 % of them have the truth, which pooled cases would not", () => {
  const random = seeded(19);
  const truth = { prompt: 0.15, model: 0.05, interaction: 0.1 };
  let [covered, all] = [0, 0];
  for (let run = 0; run < 200; run++) {
    const { effects } = effectsOf(clustered(random), true, null);
    for (const { name, ci95 } of effects) {
      all += 1;
      if (ci95![0]! <= truth[name] && truth[name] <= ci95![1]!) covered += 1;
    }
  }
  expect(covered / all).toBeGreaterThan(0.92);
  expect(covered / all).toBeLessThan(0.985);
});

/** 30 clusters of 6 alike cases: rates .5, .6, .5, .7 in the mean, which a cluster shifts as one. */
function clustered(random: () => number): CellMeans {
  const shifts = Array.from({ length: 30 }, () => Array.from({ length: 4 }, () => (random() - 0.5) * 0.5));
  const cell = (i: number, rate: number) =>
    Float64Array.from({ length: 180 }, (_, at) => Number(random() < rate + shifts[Math.floor(at / 6)]![i]!));
  const cells = [cell(0, 0.5), cell(1, 0.6), cell(2, 0.5), cell(3, 0.7)] as const;
  return { cells, groups: Int32Array.from({ length: 180 }, (_, at) => Math.floor(at / 6)), single: false };
}
