import { expect, test } from "vitest";
import type { GateRun } from "../../gate/gate.schema.ts";
import { bySeverity } from "./words.ts";

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
