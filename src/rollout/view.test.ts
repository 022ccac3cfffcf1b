import { expect, test } from "vitest";
import { minutesLater as at, startedRollout, turnBy } from "../testing/rollout.ts";
import { openTestStore } from "../testing/store.ts";
import { recordObservations } from "../observations/record.ts";
import { advance } from "../operations/watch.ts";
import { rolloutView } from "./view.ts";
import { operate } from "../operations/operate.ts";
import type { RolloutPlan } from "./schema.ts";

const place = { environment: "production", target: "prompts/x" };

/** What a manual rollout awaits after so many outcomes of the candidate, before and after somebody approved. */
function awaited(
  plan: Partial<RolloutPlan>,
  outcomes: number,
  shadow: boolean,
): [string | null, string | null, string] {
  const { file: store, sqlite } = openTestStore();
  startedRollout(sqlite, { plan: { manual: true, stepMs: 0, stepObservations: 10, ...plan } });
  const lines = Array.from({ length: outcomes }, (_, i) => {
    return { target: place.target, version: "v2", unit: `u${i}`, success: true, shadow, at: at(1) };
  });
  recordObservations(sqlite, place.environment, lines, new Date(at(1)));
  const turn = () => advance(sqlite, place, turnBy(store, at(2)));
  const before = turn();
  const awaiting = ({ rollout, judged }: typeof before) =>
    rolloutView(sqlite, rollout, judged, { at: at(2), held: null }).awaiting;
  const first = awaiting(before);
  const approved = operate(sqlite, place, "approve", { at: at(2), actor: "bob", reason: "looks well" });
  const second = awaiting({ ...before, rollout: approved });
  return [first, second, turn().rollout.state.phase];
}

const shadow = { timeMs: 0, observations: 10 };

test.each<[string, Partial<RolloutPlan>, number, boolean, ReturnType<typeof awaited>]>([
  ["in shadow, an approval is awaited once the copies are there", { shadow }, 10, true, ["approval", null, "progressing"]],
  ["and not before", { shadow }, 9, true, [null, null, "shadow"]],
  ["at a step, once its units are there", { steps: [0.05, 0.5, 1] }, 10, false, ["approval", null, "progressing"]],
  ["before 100 %, not while proof is missing too", { steps: [0.05, 1] }, 10, false, [null, null, "progressing"]],
])("%s", (_, plan, outcomes, copies, expected) => {
  expect(awaited(plan, outcomes, copies)).toEqual(expected);
}); // prettier-ignore
