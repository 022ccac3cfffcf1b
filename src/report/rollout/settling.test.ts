import { expect, test } from "vitest";
import { everybodyNotBefore } from "../../rollout/earliest.ts";
import { next } from "../../rollout/next.ts";
import { pendingState } from "../../rollout/state.ts";
import { BEGIN, minutesLater, PLAN } from "../../testing/rollout.ts";

const HOURS = 3_600_000;
const rules = (hours: number) => ({ settleMs: hours * HOURS, maxOpen: 0.05, missing: "unknown" as const });

test.each([
  ["a plan without a day of traffic and a time to settle waits for neither", {}, null],
  ["a day of traffic", { trafficMs: 24 * HOURS }, 24],
  [
    "steps that begin once their units have settled, where that is longer",
    { trafficMs: 24 * HOURS, outcomes: rules(12) },
    39,
  ],
  ["the day, where that is longer", { trafficMs: 24 * HOURS, outcomes: rules(4) }, 24],
  ["with --fast the steps alone", { fast: true as const, outcomes: rules(4) }, 15],
])("everybody gets it not before: %s", (_, more, hours) => {
  const plan = { ...PLAN, ...more };
  const state = next(pendingState(BEGIN, plan), { type: "start", at: BEGIN }, plan);
  expect(everybodyNotBefore(state, plan)).toBe(hours === null ? null : minutesLater(hours * 60));
});
