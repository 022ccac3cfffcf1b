import { expect, test } from "vitest";
import { minutesLater as at, startedRollout, turnBy } from "../testing/rollout.ts";
import { openTestStore } from "../testing/store.ts";
import { recorderFor } from "../observations/record.ts";
import { advance } from "../operations/watch.ts";
import { rolloutView } from "./view.ts";
import { operate } from "../operations/operate.ts";
import type { RolloutPlan } from "./schema.ts";
import type { Turn } from "./turn.ts";

const place = { environment: "production", target: "prompts/x" };

/** What a manual rollout awaits after so many outcomes of the candidate, before and after somebody approved. */
async function awaited(
  plan: Partial<RolloutPlan>,
  outcomes: number,
  shadow: boolean,
): Promise<[string | null, string | null, string]> {
  const store = await openTestStore();
  await startedRollout(store, { plan: { manual: true, stepMs: 0, stepObservations: 10, ...plan } });
  const lines = Array.from({ length: outcomes }, (_, i) => {
    return { target: place.target, version: "v2", unit: `u${i}`, success: true, shadow, at: at(1) };
  });
  await recorderFor(store).record(place.environment, lines, new Date(at(1)));
  const turn = () => advance(store, place, turnBy(store, at(2)));
  const before = await turn();
  const awaiting = async ({ rollout }: Pick<Turn, "rollout">) =>
    (await rolloutView(store.db, rollout, { at: at(2), held: null })).awaiting;
  const first = await awaiting(before);
  const approved = await operate(store, place, "approve", { at: at(2), actor: "bob", reason: "looks well" });
  const second = await awaiting({ rollout: approved });
  return [first, second, (await turn()).rollout.state.phase];
}

const shadow = { timeMs: 0, observations: 10 };

test.each<[string, Partial<RolloutPlan>, number, boolean, Awaited<ReturnType<typeof awaited>>]>([
  ["in shadow, an approval is awaited once the copies are there", { shadow }, 10, true, ["approval", null, "progressing"]],
  ["and not before", { shadow }, 9, true, [null, null, "shadow"]],
  ["at a step, once its units are there", { steps: [0.05, 0.5, 1] }, 10, false, ["approval", null, "progressing"]],
  ["before 100 %, not while proof is missing too", { steps: [0.05, 1] }, 10, false, [null, null, "progressing"]],
])("%s", async (_, plan, outcomes, copies, expected) => {
  expect(await awaited(plan, outcomes, copies)).toEqual(expected);
}); // prettier-ignore
