import { describe, expect, test } from "vitest";
import { alarmAfter, type Detector, weightsOf } from "./alarm.ts";
import { addLook, type Evidence, NO_EVIDENCE, type TallyRow } from "./evidence.ts";
import { judge } from "./judge.ts";
import { planOf } from "./plan.ts";
import type { Metric, RolloutPlan } from "./schema.ts";

const NO_CAPS = { latency: null, cost: null };
const without = (...names: Exclude<Metric, "success">[]) => Object.fromEntries(names.map((name) => [name, false]));
const guardrailsOf = (settings: object) => planOf({ guardrails: settings }).guardrails;

describe("weights", () => {
  test.each<[string, object, Metric[], ReturnType<typeof weightsOf>]>([
    ["success alone has all that is left", without("latency", "cost", "safety"), ["success"], { floors: 0.1, returns: 0.1, guardrails: { success: 0.8 } }],
    ["nothing known of the control: success half, the others the other half", {}, [], { floors: 0.1, returns: 0.1, guardrails: { success: 0.4, latency: 0.4 / 3, cost: 0.4 / 3, safety: 0.4 / 3 } }],
    ["of those that are not known before, a little is kept", {}, ["success", "latency"], { floors: 0.08, returns: 0.1, guardrails: { success: 0.4, latency: 0.4, cost: 0.01, safety: 0.01 } }],
    ["a floor that nobody asked for gives its weight back", { success: { floor: 0 }, ...without("latency", "cost", "safety") }, ["success"], { floors: 0, returns: 0.1, guardrails: { success: 0.9 } }],
  ])("%s", (_, settings, seen, expected) => {
    const { floors, returns, guardrails } = weightsOf(guardrailsOf(settings), seen);
    expect([floors, returns]).toEqual([expect.closeTo(expected.floors, 12), expect.closeTo(expected.returns, 12)]);
    for (const [name, weight] of Object.entries(expected.guardrails)) expect(guardrails[name as Metric]).toBeCloseTo(weight, 12);
    const all = [floors, returns, ...Object.values(guardrails)];
    expect(all.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  }); // prettier-ignore
});

describe("the alarm", () => {
  const detectors = (...es: number[]): Detector[] => es.map((e, i) => ({ name: `d${i}`, weight: 0.25, log: Math.log(e) }));

  test("is the largest weighted mean so far, and whose share of it was the largest", () => {
    const first = alarmAfter(undefined, detectors(1, 1, 1, 1));
    const high = alarmAfter(first, detectors(1, 70, 8, 1));
    expect([high.by, Math.exp(high.peak)]).toEqual(["d1", expect.closeTo(20, 9)]);
    expect(alarmAfter(high, detectors(1, 1, 60, 1))).toEqual(high);
  });

  test("is finite where E is not", () => {
    expect(alarmAfter(undefined, [{ name: "a", weight: 0.8, log: 5000 }]).peak).toBeCloseTo(5000, 0);
    expect(alarmAfter(undefined, [])).toEqual({ peak: 0, by: null });
  });
}); // prettier-ignore

describe("a look", () => {
  const row = (arm: TallyRow["arm"], metric: Metric, n: number, sum: number): TallyRow => {
    return { look: 1, weight: 0.5, arm, metric, n, sum, squares: sum };
  };
  const seen = (plan: RolloutPlan, tallies: TallyRow[], returns: Parameters<typeof addLook>[1]["returns"] = []) => {
    const evidence: Evidence = addLook(NO_EVIDENCE, { tallies, cohorts: [], returns }, plan, NO_CAPS);
    return judge({ plan, caps: NO_CAPS, evidence, breaches: [] });
  };

  test("shows where each would roll back alone: 1 / α by its weight", () => {
    const judged = seen(planOf({}), [row("control", "success", 200, 190), row("candidate", "success", 200, 190)]);
    const thresholds = Object.fromEntries(judged.guardrails.map(({ name, harmThreshold }) => [name, harmThreshold]));
    expect(thresholds).toEqual({ success: 50, latency: expect.closeTo(150, 9), cost: expect.closeTo(150, 9), safety: expect.closeTo(150, 9), "success.floor": 200 }); // prettier-ignore
  });

  test("a plan without an alarm is judged by each threshold, as before", () => {
    const { alarm, ...before } = planOf({});
    expect(alarm).toBeDefined();
    const tallies = [row("control", "success", 200, 190), row("candidate", "success", 200, 150)];
    const judged = seen(before, tallies);
    expect(judged.guardrails.map(({ name, harmThreshold }) => `${name} ${harmThreshold}`)).toEqual(["success 80", "success.floor 100", "latency 80", "cost 80", "safety 80"]); // prettier-ignore
    expect(judged.verdict).toBe("rollback");
    expect(addLook(NO_EVIDENCE, { tallies, cohorts: [] }, before, NO_CAPS)).not.toHaveProperty("alarm");
  });

  test("requests alone can raise it, by their row's name", () => {
    const bad = { look: 1, hour: 500_000, class: "3.0" };
    const judged = seen(planOf({}), [], [{ ...bad, arm: "control", n: 900, good: 855 }, { ...bad, arm: "candidate", n: 60, good: 5 }]); // prettier-ignore
    expect(judged.verdict).toBe("rollback");
    expect(judged.guardrails.filter(({ verdict }) => verdict === "harm")).toMatchObject([{ name: "success.requests", control: { n: 900, rate: 0.95 }, candidate: { n: 60 }, safeE: null, harmThreshold: 200 }]); // prettier-ignore
  });
});
