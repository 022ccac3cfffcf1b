import { expect, test } from "vitest";
import type { GateRun } from "../../gate/gate.schema.ts";
import { bySeverity, needWords } from "./words.ts";

const run = (suite: string, verdict: GateRun["verdict"], difference: number | null) =>
  ({
    suite,
    verdict,
    comparison: difference === null ? null : { metrics: [{ name: "successRate", difference }] },
  }) as unknown as GateRun;

test("what decides comes first, and of suites that are alike the one that lost most", () => {
  const runs = [run("same", "inconclusive", 0), run("passed", "pass", -0.9), run("half", "inconclusive", -0.5), run("alone", "fail", null)]; // prettier-ignore
  expect(bySeverity(runs).map(({ suite }) => suite)).toEqual(["alone", "half", "same", "passed"]);
});

test("what more evidence takes is counted in cases, and in clusters where they come in them", () => {
  const need = { check: "nonInferiority.margin", cases: 700, why: "to see it", other: null };
  const clusters = { now: 8, needed: 70, least: 6 };
  const other = { cases: 60, clusters: { ...clusters, needed: 6 }, of: "seen", why: "to see what was seen" };
  const words = (more: object) => needWords({ cases: 50, need: [{ ...need, clusters: null, ...more }] } as unknown as GateRun)[0]; // prettier-ignore
  expect(words({})).toBe("nonInferiority.margin: 700 cases (now 50), to see it");
  expect(words({ cases: null, why: "what was seen lies on the bound" })).toBe("nonInferiority.margin: what was seen lies on the bound"); // prettier-ignore
  expect(words({ clusters, other })).toBe("nonInferiority.margin: 70 clusters (700 cases), now 8, to see it; 6 clusters (60 cases) to see what was seen"); // prettier-ignore
  expect(words({ clusters: { ...clusters, now: 5 } })).toBe("nonInferiority.margin: 5 clusters can never show anything at 5 %, at least 6 are needed; 70 clusters (700 cases), now 5, to see it"); // prettier-ignore
});
