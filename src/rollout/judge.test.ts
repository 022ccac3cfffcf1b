import { describe, expect, test } from "vitest";
import { PLAN } from "../testing/rollout.ts";
import { judge } from "./judge.ts";
import { addLook, NO_EVIDENCE, type TallyRow } from "./evidence.ts";
import type { Caps, Metric } from "./schema.ts";

const CAPS: Caps = { latency: { cap: 250, rate: 0.95, tolerance: 0 }, cost: null };

const row = (arm: TallyRow["arm"], metric: Metric, n: number, sum: number): TallyRow => {
  return { look: 1, weight: 0.5, arm, metric, n, sum, squares: sum };
};
const verdictOf = (metric: Metric, rows: TallyRow[]) => {
  const alike = [row("control", "success", 500, 475), row("candidate", "success", 500, 475)];
  const evidence = addLook(NO_EVIDENCE, { tallies: [...alike, ...rows], cohorts: [] }, PLAN, CAPS);
  const judged = judge({ plan: PLAN, caps: CAPS, evidence, breaches: [] });
  return judged.guardrails.find(({ name }) => name === metric)?.verdict;
};

describe("judge", () => {
  test.each<[string, Metric, TallyRow[], string]>([
    ["both arms, much slower", "latency", [row("control", "latency", 500, 475), row("candidate", "latency", 500, 300)], "harm"],
    ["slow, and only the candidate says", "latency", [row("candidate", "latency", 500, 300)], "undecided"],
    ["quick, and only the candidate says", "latency", [row("candidate", "latency", 500, 500)], "undecided"],
    ["quick, and only the control says", "latency", [row("control", "latency", 500, 300)], "undecided"],
    ["only what is unsafe is reported, and the control has none", "safety", [row("candidate", "safety", 40, 0)], "harm"],
    ["only what is unsafe is reported, and both arms have the same", "safety", [row("control", "safety", 40, 0), row("candidate", "safety", 40, 0)], "undecided"],
    ["nobody says", "safety", [], "unmeasured"],
  ])("%s", (_, metric, rows, verdict) => expect(verdictOf(metric, rows)).toBe(verdict)); // prettier-ignore
});
