import { expect, test } from "vitest";
import type { RolloutConfig } from "../core/release-config.schema.ts";
import { planOf, settingsFor } from "./plan.ts";

const config: RolloutConfig = {
  stepTime: "2h",
  manual: true,
  guardrails: { success: { margin: 0.1, floor: 0.8 }, cost: false },
  artifacts: {
    triage: { stepTime: "3h", guardrails: { success: { floor: 0.7 } } },
    "prompts/triage": { deadline: "2d" },
    "agents/triage": { manual: false, guardrails: { cost: { maxIncrease: 1 } } },
  },
};

test.each([
  ["an artifact nobody names has what holds for all", "prompts/x", {}, { stepTime: "2h", manual: true }],
  ["a bare name is both kinds", "prompts/triage", {}, { stepTime: "3h", manual: true, deadline: "2d" }],
  ["the kind wins over the bare name", "agents/triage", {}, { stepTime: "3h", manual: false }],
  ["what was typed wins over all", "prompts/triage", { stepTime: "0s" }, { stepTime: "0s", deadline: "2d" }],
  ["what was not typed takes nothing away", "prompts/triage", { stepTime: undefined as never }, { stepTime: "3h" }],
])("%s", (_, target, typed, expected) => {
  expect(settingsFor(config, target, typed)).toMatchObject(expected);
});

test("cohorts are frozen as they are defined, in the order of the steps, each at a weight of nothing", () => {
  const defined = { staff: { domain: "example.com" }, beta: { units: ["ada"] }, others: { units: ["eve"] } };
  const { steps, cohorts } = planOf({ steps: ["beta", "staff", 0.1, 1] }, {}, defined);
  expect([steps, cohorts]).toEqual([
    [0, 0, 0.1, 1],
    [
      { name: "beta", units: ["ada"] },
      { name: "staff", domain: "example.com" },
    ],
  ]);
  defined.beta.units.push("eve");
  expect(cohorts?.[0]).toEqual({ name: "beta", units: ["ada"] });
  expect(planOf({ steps: [0.1, 1] }, {}, defined)).not.toHaveProperty("cohorts");
  expect(() => planOf({ steps: ["stuff", 0.1] }, {}, defined)).toThrow(
    expect.objectContaining({ code: "USAGE", message: 'no cohort "stuff" in the config (did you mean staff?)' }),
  );
});

test.each<[string, object, string[] | undefined]>([
  ["nothing of shares", { latency: { maxIncrease: 0.3 }, success: { margin: 0.1 } }, undefined],
  ["a margin of a ratio", { latency: { margin: 0.05, mde: 0.02 }, cost: { tolerance: 0.1 } }, ["latency.margin", "latency.mde", "cost.tolerance"]],
  ["a margin of a share within a limit", { latency: { margin: 0.05, capMs: 900 }, cost: false }, undefined],
])("what is configured and nothing reads is said: %s", (_, guardrails, ignored) => {
  expect(planOf({ guardrails }).ignored).toEqual(ignored);
}); // prettier-ignore

test("guardrails are merged key by key; one that is switched off can be switched on again", () => {
  expect(settingsFor(config, "agents/triage", {}).guardrails).toEqual({
    success: { margin: 0.1, floor: 0.7 },
    cost: { maxIncrease: 1 },
  });
  const plan = planOf(settingsFor(config, "prompts/triage", {}), { success: 0.91, safety: null });
  expect(plan.guardrails.map(({ name }) => name)).toEqual(["success", "latency", "safety"]);
  expect(plan.guardrails[0]).toMatchObject({ margin: 0.1, floor: 0.7, prior: 0.91 });
  expect(plan.caps).toEqual({ latency: { maxIncrease: 0.2, cap: null, of: "p95" }, cost: null });
  expect(plan.stepMs).toBe(3 * 3_600_000);
});
