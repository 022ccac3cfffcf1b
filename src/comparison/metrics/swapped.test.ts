import { expect, test } from "vitest";
import { pairCases } from "../pairs/pair.ts";
import { testCostPerSuccess } from "./amounts.ts";
import { latenciesOf, testQuantile } from "./latencies.ts";
import { spentArm, timedArm } from "./arms.testing.ts";

const slowly = (cases: number, factor: number) => Array.from({ length: cases }, (_, i) => factor * (100 + i));

test.each([
  ["one latency a case: the bootstrap, which finds more of the same change where they are independent", undefined, "quantile-bootstrap", 0.0118],
  ["in twenty clusters: swaps of their sides", (i: number) => `k${i % 20}`, "quantile-swap", 2 ** -9],
])("a p95 of 100 cases, three times as slow, %s; test, p and interval are one method's", (_, clusterOf, method, p) => {
  const clusters = clusterOf && Array.from({ length: 100 }, (__, i) => clusterOf(i));
  const [control, candidate] = [timedArm(slowly(100, 1), clusters), timedArm(slowly(100, 3), clusters)];
  const pairs = pairCases(control, candidate);
  const of = (arm: typeof control, rows: Int32Array) => latenciesOf(arm, rows, pairs);
  const kind = clusters === undefined ? "cases" : "clusters";
  const found = testQuantile(of(control, pairs.control), of(candidate, pairs.candidate), 0.95, kind);
  expect(found).toMatchObject({ test: method, remarks: [] });
  expect(found?.pValue).toBeCloseTo(p, 4);
  expect(found?.ratio?.ci95?.every((end) => end !== null && end > 1)).toBe(true);
}); // prettier-ignore

test("five clusters: never below p = 0.0625, open at both ends, and said", () => {
  const clusters = Array.from({ length: 100 }, (_, i) => `k${i % 5}`);
  const [control, candidate] = [timedArm(slowly(100, 1), clusters), timedArm(slowly(100, 3), clusters)];
  const pairs = pairCases(control, candidate);
  const of = (arm: typeof control, rows: Int32Array) => latenciesOf(arm, rows, pairs);
  const found = testQuantile(of(control, pairs.control), of(candidate, pairs.candidate), 0.95, "clusters");
  expect(found).toMatchObject({ pValue: 0.0625, ci95: [null, null], ratio: { ci95: [null, null] } });
  expect(found?.remarks).toEqual([{ code: "few-latencies", quantile: 0.95, of: "clusters", groups: 5 }]);
});

const spent = (cases: number, factor: number) => Array.from({ length: cases }, (_, i): [number, number] => [factor * (1 + (i % 3)), Number(i % 4 !== 0)]); // prettier-ignore

test("cost per success of eight cases, a fifth dearer everywhere", () => {
  const [control, candidate] = [spentArm(spent(8, 0.01)), spentArm(spent(8, 0.012))];
  const found = testCostPerSuccess(pairCases(control, candidate), control, candidate);
  expect(found).toMatchObject({ test: "ratio-swap", pValue: 2 / 256, ci95: null, remarks: [] });
  expect(found?.control).toBeCloseTo(0.15 / 6, 12);
  expect(found?.ratio?.estimate).toBeCloseTo(1.2, 12);
});

test("cost per success of five cases decides nothing, and says so", () => {
  const [control, candidate] = [spentArm(spent(5, 0.01)), spentArm(spent(5, 0.02))];
  const found = testCostPerSuccess(pairCases(control, candidate), control, candidate);
  expect(found).toMatchObject({ pValue: 0.0625, ratio: { ci95: [null, null] } });
  expect(found?.remarks).toEqual([{ code: "few-differing", of: "cases", differing: 5 }]);
});
