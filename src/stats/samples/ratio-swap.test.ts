import { describe, expect, test } from "vitest";
import { ratioSwap, type Spent } from "./ratio-swap.ts";

const spent = (...arm: [cost: number, success: number][]): Spent[] => arm.map(([cost, success]) => ({ cost, success }));
const dearer = (arm: readonly Spent[], factor: number) => arm.map(({ cost, success }) => ({ cost: cost * factor, success })); // prettier-ignore
const some = spent([0.2, 3], [0.31, 2], [0.12, 3], [0.45, 1], [0.22, 2], [0.9, 2], [0.14, 3], [0.3, 0]);
const other = spent([0.5, 3], [0.25, 3], [0.2, 2], [0.4, 2], [0.2, 1], [0.7, 3], [0.3, 3], [0.28, 1]);

describe("p", () => {
  test("equals a count over all swaps of whole clusters", () => {
    const sum = (arm: Spent[], of: keyof Spent) => arm.reduce((total, one) => total + one[of], 0);
    const price = (sum(some, "cost") + sum(other, "cost")) / (sum(some, "success") + sum(other, "success"));
    const d = some.map((before, i) => other[i]!.cost - before.cost - price * (other[i]!.success - before.success));
    const sums = Array.from({ length: 256 }, (_, swap) => d.reduce((all, v, i) => all + ((swap >> i) & 1 ? -v : v), 0));
    const extreme = sums.filter((s) => Math.abs(s) >= Math.abs(sums[0]!) - 1e-12).length;
    expect(ratioSwap(some, other)!.pValue).toBe(extreme / 256);
  });
  test.each([
    ["the same costs: nothing differs", some, 1, 0],
    ["eight cases, all dearer: 2 of 256 swaps", dearer(some, 1.2), 2 / 256, 8],
    ["five clusters, all dearer, are too few", undefined, 2 / 32, 5],
  ])("%s", (_, candidate, pValue, differing) => {
    const [control, after] = candidate === undefined ? [some.slice(0, 5), dearer(some.slice(0, 5), 1.2)] : [some, candidate]; // prettier-ignore
    expect(ratioSwap(control, after)).toMatchObject({ pValue, differing });
  });
});

describe("interval", () => {
  test("has the ratios that are not rejected: at its ends p crosses 5 %", () => {
    const { estimate, interval } = ratioSwap(some, other)!;
    const [low, high] = interval as [number, number];
    const pAt = (ratio: number) => ratioSwap(some, dearer(other, 1 / ratio))!.pValue;
    expect([pAt(low * 0.9999) < 0.05, pAt(low * 1.0001) < 0.05]).toEqual([true, false]);
    expect([pAt(high * 0.9999) < 0.05, pAt(high * 1.0001) < 0.05]).toEqual([false, true]);
    expect(estimate).toBeCloseTo(2.83 / 18 / (2.64 / 16), 12);
  });
  test("the same cases, all dearer by a tenth: nothing is left open", () => {
    const { estimate, interval } = ratioSwap(some, dearer(some, 1.1))!;
    expect(estimate).toBeCloseTo(1.1, 12);
    expect(interval).toEqual([estimate, estimate]);
  });
  test("of five clusters it is open on both sides", () => {
    expect(ratioSwap(some.slice(0, 5), other.slice(0, 5))!.interval).toEqual([null, null]);
  });
});

test("an arm without a success, or without a cost, compares with nothing", () => {
  expect(ratioSwap(some, some.map(({ cost }) => ({ cost, success: 0 })))).toBeNull(); // prettier-ignore
  expect(ratioSwap(some.map(({ success }) => ({ cost: 0, success })), some)).toBeNull(); // prettier-ignore
});

test("arms need the same clusters", () => expect(() => ratioSwap(some, some.slice(1))).toThrow(RangeError));
