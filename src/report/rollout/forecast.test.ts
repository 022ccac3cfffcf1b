import { expect, test } from "vitest";
import { planOf } from "../../rollout/plan.ts";
import { forecastTexts } from "./forecast.ts";

/** Units that never come again, over two days. */
const came = (units: number) => ({ perHour: units / 48, requests: units, units, newUnits: units / 2, hours: 48 });
const plan = (settings: object, units: number) => ({ ...planOf(settings, { success: 0.95, seen: ["success"] }), reach: came(units) }); // prettier-ignore

test("how long it may take and what it may cost is said of who came, and of nobody where that is not known", () => {
  expect(forecastTexts(planOf({}), "prompts/x")).toEqual([]);
  expect(forecastTexts(plan({ steps: [0.05, 0.25, 0.5, 1] }, 48_000), "prompts/x")).toEqual([
    "as 1,000 units an hour came before: 5 points worse is taken back after about 1.8 h (nine of ten within 2.9 h), with about 13 failures more; as good as the control is promoted after about 24 h (nine of ten within 24 h)",
    "until then, failures more an hour: 2.5 at 5 %, 13 at 25 %, 25 at 50 %",
  ]);
});

test("what waits for a person, or for copies first, is not called promoted by then", () => {
  const [text] = forecastTexts(
    plan({ steps: [0.05, 0.25, 0.5, 1], manual: true, shadow: { time: "1h" } }, 48_000),
    "prompts/x",
  );
  expect(text).toContain("from its first step on, as 1,000 units an hour came before");
  expect(text).toContain("as good as the control is ready for 100 % after about 24 h");
});

test.each<[string, object, object?]>([
  ["success is no guardrail", { guardrails: { success: false } }],
  ["what it is tuned for is accepted", { guardrails: { success: { tolerance: 0.06, margin: 0.12 } } }],
  ["no difference could be counted", { guardrails: { success: { margin: 1e-9 } } }],
])("nothing is said, and nothing thrown, where %s", (_, settings, of = {}) => {
  const asked = plan(settings, 48_000);
  expect(forecastTexts({ ...asked, reach: { ...asked.reach, ...of } }, "prompts/x")).toEqual([]);
});

test("a deadline that comes sooner is said with what is shown by then and what would help", () => {
  expect(forecastTexts(plan({}, 240), "prompts/x")[2]).toBe(
    "the deadline of 14 days comes before nine of ten are decided: with 5 an hour only a drop of 35.9 points or more is found, and nothing is shown to be safe by then, and it pauses as inconclusive; what helps: --deadline 77d, more of the proof on the suite beforehand (agentops gate)",
  );
  const [, , text] = forecastTexts(plan({ deadline: "40h" }, 9600), "prompts/x");
  expect(text).toContain("what helps: --steps 5%,25%,50%,100%, guardrails: { success: { margin: 0.0");
});

test("where the same come again and again, what is stored can say how long it takes", () => {
  const asked = plan({}, 48_000);
  expect(forecastTexts({ ...asked, reach: { ...asked.reach, newUnits: 900 } }, "prompts/x")).toEqual([
    "none: of 48,000 requests most are of units that came before, and a healthy candidate may take days; agentops canary calibrate prompts/x replays what is stored and says how long",
  ]);
});
