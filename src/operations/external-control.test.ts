import { mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { AgentOps } from "../index.ts";
import { recorderFor } from "../observations/record.ts";
import { currentStable } from "../serving/serving.store.ts";
import { minutesLater as at, turnBy } from "../testing/rollout.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { startRollout, type StartRequest } from "../rollout/start.ts";
import { needRollout } from "../rollout/rollouts.store.ts";
import { replayRollout } from "../rollout/replay.ts";
import { rolloutView } from "../rollout/view.ts";
import { rollback } from "./rollback.ts";
import { advance } from "./watch.ts";

const place = { environment: "production", target: "prompts/x" };
const RULES = "external/rules";

function start(store: TestStore, version: string, more: Partial<StartRequest> = {}) {
  const release = { target: place.target, version, digest: `sha256:${version}`, content: "{}", gitCommit: "2".repeat(40), publishedBy: "ada", publishedAt: at(0) };
  return startRollout(store, {
    ...{ id: `rollout-${version}`, environment: place.environment, release, at: at(0), actor: "ada", reason: "better than rules?" },
    ...{ settings: { steps: [0.5, 1], stepTime: "0s", stepObservations: 10 }, fast: true, control: RULES },
    admit: () => Promise.resolve({ overridden: [] }),
    ...more,
  });
} // prettier-ignore

/** So many units of each arm; `good` by arm in turn. */
async function report(store: TestStore, n: number, good: { control: number; candidate: number }, minute: number) {
  const lines = Array.from({ length: 2 * n }, (_, i) => {
    const [version, rate] = i % 2 === 0 ? [RULES, good.control] : ["v1", good.candidate];
    return { target: place.target, version, unit: `u${minute}-${i}`, success: ((i >> 1) % 100) / 100 < rate, at: at(minute) };
  });
  await recorderFor(store).record(place.environment, lines, new Date(at(minute)));
  return advance(store, place, turnBy(store, at(minute)));
} // prettier-ignore

test("what is no version is the control of the first one, and what goes back goes back to it", async () => {
  const store = await openTestStore();
  const before = await recorderFor(store).record(place.environment, [{ target: place.target, version: RULES, success: true, at: at(-5) }], new Date(at(-5))); // prettier-ignore
  expect(before).toMatchObject({ recorded: 1 });
  const { control } = await start(store, "v1");
  expect(control).toBe(RULES);
  expect((await currentStable(store.db, place.environment, place.target))?.version).toBe(RULES);
  const { rollout } = await report(store, 400, { control: 0.7, candidate: 0.9 }, 1);
  expect(rollout.state).toMatchObject({ phase: "promoting", weight: 1 });
  const view = await rolloutView(store.db, rollout, { at: at(1), held: null });
  expect(view).toMatchObject({ control: { version: RULES }, candidate: { version: "v1" }, changedTogether: [] });
  expect((await replayRollout(store.db, rollout)).differences).toEqual([]);
  await advance(store, place, turnBy(store, at(2)));
  await report(store, 10, { control: 0.7, candidate: 0.9 }, 3);
  expect((await needRollout(store.db, place)).state.phase).toBe("promoted");
  const clock = { now: () => new Date(at(30)), monotonicMs: () => 0 };
  const order = { name: "prompts/x", environment: "production", to: RULES, from: undefined, reason: undefined, actor: "bob" };
  expect(await rollback({ store, clock }, order)).toMatchObject({ version: RULES, from: "v1" });
  expect((await currentStable(store.db, place.environment, place.target))?.version).toBe(RULES);
}); // prettier-ignore

test("a worse first version is taken back to it", async () => {
  const store = await openTestStore();
  await start(store, "v1");
  const { rollout } = await report(store, 200, { control: 0.9, candidate: 0.5 }, 1);
  expect(rollout.state.phase).toBe("rolled-back");
  expect((await currentStable(store.db, place.environment, place.target))?.version).toBe(RULES);
  // The next one is compared with the same, whether somebody says it again or not.
  expect((await start(store, "v2", { control: undefined, at: at(5) })).control).toBe(RULES);
});

test("where a version is served that is what a candidate is compared with", async () => {
  const store = await openTestStore();
  await start(store, "v1");
  await expect(start(store, "v2", { control: "external/people", at: at(5) })).rejects.toMatchObject({ code: "USAGE" });
});

test("callers are told to go on as they did", async () => {
  const store = await openTestStore();
  await start(store, "v1");
  if (store.address.file === null) return;
  if (store.address.markers !== null) mkdirSync(store.address.markers, { recursive: true });
  const ops = new AgentOps({ env: "production", store: store.address.file, ...(store.address.markers !== null && { markers: store.address.markers }) }); // prettier-ignore
  try {
    const found = Array.from({ length: 40 }, (_, i) => ops.resolve("x", { unit: `u${i}` }));
    const outside = found.find(({ version }) => version === RULES);
    expect(outside).toMatchObject({ value: { external: "rules" }, variant: "control", served: { version: RULES, weight: 0.5 } }); // prettier-ignore
    expect(found.some(({ version }) => version === "v1")).toBe(true);
  } finally {
    ops.close();
  }
});
