import { expect, test } from "vitest";
import { addCase, components, emptyComponents, type CaseTrials } from "./variance-components.ts";

function over(cases: [control: CaseTrials, candidate: CaseTrials][]) {
  const sums = emptyComponents();
  for (const [control, candidate] of cases) addCase(sums, control, candidate);
  return components(sums);
}

test("fewer than two cases have no variance", () => {
  expect(over([])).toBeNull();
  expect(over([[{ n: 2, s: 1 }, { n: 2, s: 2 }]])).toBeNull(); // prettier-ignore
});

test("with one trial a case everything is between cases", () => {
  const found = over([
    [{ n: 1, s: 0 }, { n: 1, s: 1 }],
    [{ n: 1, s: 1 }, { n: 1, s: 1 }],
    [{ n: 1, s: 1 }, { n: 1, s: 0 }],
  ]); // prettier-ignore
  expect(found).toEqual({ omega2: 1, sigma2Control: 0, sigma2Candidate: 0, trialsControl: 1, trialsCandidate: 1 });
});

test("trials that explain all of the variance leave nothing between cases", () => {
  const found = over(Array.from({ length: 40 }, () => [{ n: 4, s: 2 }, { n: 4, s: 2 }])); // prettier-ignore
  expect(found?.omega2).toBe(0);
  expect(found?.sigma2Control).toBeCloseTo(1 / 3, 12);
  expect(found?.sigma2Candidate).toBeCloseTo(1 / 3, 12);
});

test("unequal numbers of trials count by their harmonic mean", () => {
  const found = over([
    [{ n: 1, s: 1 }, { n: 2, s: 2 }],
    [{ n: 3, s: 3 }, { n: 2, s: 1 }],
  ]); // prettier-ignore
  expect(found?.trialsControl).toBeCloseTo(1.5, 12);
  expect(found?.sigma2Candidate).toBe(0.25);
});

test.each([
  [0, 0],
  [2, 3],
  [2, -1],
  [1.5, 1],
])("%d trials with %d successes are refused", (n, s) => {
  expect(() => addCase(emptyComponents(), { n, s }, { n: 1, s: 1 })).toThrow(RangeError);
});
