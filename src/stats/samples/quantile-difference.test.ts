import { describe, expect, test } from "vitest";
import { quantileDifference } from "./quantile-difference.ts";

const upTo = (n: number, scale = 1) => Float64Array.from({ length: n }, (_, i) => scale * (i + 1));

/** All nᵐ resamples of m values, their quantile of the given rank, and how often each value is it. */
function enumerated(sorted: number[], m: number, rank: number): Map<number, number> {
  const law = new Map<number, number>();
  for (let code = 0; code < sorted.length ** m; code++) {
    const drawn = Array.from({ length: m }, (_, i) => sorted[Math.floor(code / sorted.length ** i) % sorted.length]!);
    const value = drawn.sort((a, b) => a - b)[rank - 1]!;
    law.set(value, (law.get(value) ?? 0) + sorted.length ** -m);
  }
  return law;
}

test.each([
  ["as many values as there are", 5],
  ["fewer: trials of one case are not independent", 3],
])("equals an enumeration of all resamples, %s", (_, size) => {
  const [control, candidate] = [
    [1, 2, 4, 7, 9],
    [3, 5, 6, 8, 20],
  ];
  const rank = Math.ceil(size * 0.5);
  const [x, y] = [enumerated(control, size, rank), enumerated(candidate, size, rank)];
  const pairs = [...x].flatMap(([a, p]) => [...y].map(([b, q]) => ({ d: b - a, p: p * q })));
  pairs.sort((a, b) => a.d - b.d);
  const low = pairs.find((_pair, i) => pairs.slice(0, i + 1).reduce((sum, { p }) => sum + p, 0) >= 0.1)?.d;
  const high = pairs.find((_pair, i) => pairs.slice(i + 1).reduce((sum, { p }) => sum + p, 0) <= 0.1)?.d;
  const found = quantileDifference(control, candidate, 0.5, { alpha: 0.2, sizeControl: size, sizeCandidate: size });
  expect(found.difference.interval).toEqual([low, high]);
  const notAbove = pairs.filter(({ d }) => d <= 0).reduce((sum, { p }) => sum + p, 0);
  expect(found.pValue).toBeCloseTo(Math.min(1, 2 * (notAbove + 2 * 0.5 ** size)), 12);
});

describe("edges", () => {
  test("one value an arm says nothing", () => {
    const found = quantileDifference([1], [5], 0.95);
    expect(found).toMatchObject({ difference: { estimate: 4, interval: [4, 4] }, pValue: 1 });
  });
  test("ten values an arm never make a p95 significant", () => {
    expect(quantileDifference(upTo(10), upTo(10, 1000), 0.95).pValue).toBe(1);
  });
  test("the same values in both arms: no difference, p of 1", () => {
    const found = quantileDifference(upTo(500), upTo(500), 0.95);
    expect(found.difference.estimate).toBe(0);
    expect(found.pValue).toBe(1);
  });
  test("p is never 0", () => {
    expect(quantileDifference(upTo(5000), upTo(5000, 3), 0.5).pValue).toBe(Number.EPSILON);
  });
  test("a ratio needs positive values", () => {
    const zeros = new Float64Array(100);
    expect(quantileDifference(zeros, upTo(100), 0.5).ratio).toBeNull();
    expect(quantileDifference(upTo(100), zeros, 0.5).ratio).toMatchObject({ estimate: 0, interval: [0, 0] });
  });
  test.each([
    ["no values", [], [1], 0.5, {}],
    ["a value that is not finite", [1, Number.NaN], [1], 0.5, {}],
    ["q at 1", [1], [1], 1, {}],
    ["a size above the number of values", [1], [1], 0.5, { sizeControl: 2 }],
    ["a size below 1", [1], [1], 0.5, { sizeCandidate: 0.5 }],
    ["alpha at 0", [1], [1], 0.5, { alpha: 0 }],
  ])("%s: refused", (_, control, candidate, q, options) => {
    expect(() => quantileDifference(control, candidate, q, options)).toThrow(RangeError);
  });
});

test("fewer independent values widen the interval, about as their square root", () => {
  const width = (size: number) => {
    const options = { sizeControl: size, sizeCandidate: size };
    const [low, high] = quantileDifference(upTo(30_000), upTo(30_000), 0.5, options).difference.interval;
    return high - low;
  };
  expect(width(300) / width(30_000)).toBeGreaterThan(9);
  expect(width(300) / width(30_000)).toBeLessThan(11);
});
