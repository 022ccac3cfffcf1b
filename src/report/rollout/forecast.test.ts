import { expect, test } from "vitest";
import { planOf } from "../../rollout/plan.ts";
import { forecastTexts } from "./forecast.ts";

const came = (units: number, hours = 48) => ({ requests: units * 3, units, newUnits: units / 2, hours });
const plan = (settings: object, units: number) => ({
  ...planOf(settings, { success: 0.95, seen: ["success"] }),
  reach: came(units),
});

test("how long it may take and what it may cost is said of who came, and of nobody where that is not known", () => {
  expect(forecastTexts(planOf({}))).toEqual([]);
  expect(forecastTexts(plan({ steps: [0.05, 0.25, 0.5, 1] }, 48_000))).toEqual([
    "as 1,000 units an hour came before: 5 points worse is taken back after about 1.8 h (nine of ten within 2.9 h), with about 13 failures more; as good as the control is promoted after about 24 h (nine of ten within 24 h)",
  ]);
  expect(forecastTexts(plan({ guardrails: { success: false } }, 48_000))).toEqual([]);
});

test("a deadline that comes sooner is said with what is shown by then and what would help", () => {
  expect(forecastTexts(plan({}, 240))[1]).toBe(
    "it is likely to pause as inconclusive at the deadline, 14 days: by then this traffic shows a drop of 35.9 points, not less; what helps: larger first --steps, --deadline 75d, more of the proof on the suite beforehand",
  );
  expect(forecastTexts(plan({ steps: [0.5, 1], deadline: "1d" }, 2400))[1]).toBe(
    'it is likely to pause as inconclusive at the deadline, 24 h: by then this traffic shows a drop of 6.3 points and "not worse by 5.1 points", not less; what helps: guardrails: { success: { margin: 0.051 } }, --deadline 3d, more of the proof on the suite beforehand',
  );
});
