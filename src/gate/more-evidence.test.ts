import { expect, test } from "vitest";
import type { ComparisonFound } from "../comparison/found.ts";
import type { CheckFound, RunFound } from "./found.ts";
import { moreEvidence } from "./more-evidence.ts";

const AIM = { code: "see", of: "asked", target: 0.03, rough: null, power: 0.8, discordance: 0.2 } as const;
const CHECK = { name: "nonInferiority.margin", verdict: "inconclusive", threshold: 0.03, observed: 0.01, ci95: [-0.11, 0.13] }; // prettier-ignore

const evidence = (need: ComparisonFound["need"], check: object = {}) =>
  moreEvidence({
    ...{ verdict: "inconclusive", cases: 50, checks: [{ ...CHECK, ...check } as unknown as CheckFound] },
    comparison: { need, paired: { cases: 50, clusters: 5 } } as unknown as ComparisonFound,
  } as unknown as RunFound);

test("of cases in clusters a check takes clusters", () => {
  const clusters = { now: 5, needed: 70, least: 6 };
  const need = { cases: 700, clusters, why: AIM, other: null };
  expect(evidence(need)).toEqual([{ check: "nonInferiority.margin", ...need }]);
});

test("by the interval that was seen: as many clusters as hold those cases", () => {
  const need = { cases: 50, clusters: { now: 5, needed: 5, least: 6 }, why: AIM, other: null };
  const scaled = { cases: 450, why: { code: "as-seen" }, other: null };
  expect(evidence(need)).toEqual([
    { check: "nonInferiority.margin", ...scaled, clusters: { now: 5, needed: 45, least: 6 } },
  ]);
  expect(evidence({ ...need, clusters: null })).toEqual([
    { check: "nonInferiority.margin", ...scaled, clusters: null },
  ]);
});
