import { expect, test } from "vitest";
import { recorderFor } from "../observations/record.ts";
import { advance } from "../operations/watch.ts";
import { ratioPoint } from "../stats/sequential/ratio.ts";
import { minutesLater as at, PLAN, startedRollout, turnBy } from "../testing/rollout.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import type { FrozenRatio } from "./schema.ts";
import { needRollout } from "./rollouts.store.ts";
import { replayRollout } from "./replay.ts";
import { rolloutView } from "./view.ts";

const place = { environment: "production", target: "prompts/x" };
const guardrails = PLAN.guardrails.filter(({ name }) => name === "success" || name === "latency");
const plan = {
  steps: [0.5, 1],
  guardrails,
  critical: [],
  caps: { latency: { maxIncrease: 0.2, cap: null, of: "p95" as const }, cost: null },
};

/** Controls with these latencies, and as many candidates: first these, then of unknown latency. */
async function report(store: TestStore, minute: number, control: readonly number[], candidate: readonly number[] = []) {
  const lineOf = (version: string, latencyMs: number | undefined, i: number) =>
    ({ target: place.target, version, unit: `${version}-${minute}-${i}`, success: true, latencyMs, at: at(minute) }); // prettier-ignore
  const n = Math.max(control.length, candidate.length);
  const lines = Array.from({ length: n }, (_, i) => [
    ...(i < control.length ? [lineOf("v1", control[i], i)] : []),
    lineOf("v2", candidate[i], i),
  ]).flat();
  await recorderFor(store).record(place.environment, lines, new Date(at(minute)));
  return advance(store, place, turnBy(store, at(minute)));
}

const ramp = (n: number, step = 1) => Array.from({ length: n }, (_, i) => (i + 1) * step);
const frozen = async (store: TestStore) => (await needRollout(store.db, place)).caps.latency as FrozenRatio | null;
const ratioCounts = (store: TestStore) => store.column("SELECT SUM(n) FROM \"ratioCounts\" WHERE metric = 'latency'");

test("a p95 is frozen of the control's first 400, judges what comes after, and is made anew of as many again", async () => {
  const store = await openTestStore();
  await startedRollout(store, { plan });
  await report(store, 1, ramp(399), [9999]);
  expect(await frozen(store)).toBeNull();
  await report(store, 2, [400], []);
  await report(store, 3, ramp(20), [456, 457]);
  const first = { point: ratioPoint("p95", ramp(400)), limit: 1.2, prior: 0.95, values: 400, after: 0 };
  expect(first.point.at).toBe(380);
  expect(await frozen(store)).toEqual(first);
  // 1.2 times 380 are 456: one is within it; the first candidate came before there was anything to hold it against.
  const { evidence } = await needRollout(store.db, place);
  expect(evidence.metrics.latency?.harm).toMatchObject({ control: { n: 20, sum: 20 }, candidate: { n: 2, sum: 1 } });
  await report(store, 4, ramp(379, 10));
  expect(await frozen(store)).toEqual(first);
  const { rollout } = await report(store, 5, [4000, ...Array<number>(20).fill(1)]);
  const all = [...ramp(400), ...ramp(20), ...ramp(379, 10), 4000, ...Array<number>(20).fill(1)];
  expect(await frozen(store)).toEqual({ ...first, point: ratioPoint("p95", all), values: 820, after: 420 });
  expect((await replayRollout(store.db, rollout)).differences).toEqual([]);
});

test("a unit's first value counts, and none where no control stands beside it", async () => {
  const store = await openTestStore();
  await startedRollout(store, { plan, caps: { latency: { point: ratioPoint("p95", ramp(400)), limit: 1.2, prior: 0.95, values: 400, after: 0 }, cost: null } }); // prettier-ignore
  const again = (latencyMs: number) => ({ target: place.target, version: "v2", unit: "a", success: true, latencyMs, at: at(1) }); // prettier-ignore
  await recorderFor(store).record(place.environment, [again(100), again(9999)], new Date(at(1)));
  expect((await advance(store, place, turnBy(store, at(1)))).rollout.evidence.metrics.latency?.harm.candidate).toEqual({ n: 1, sum: 1 }); // prettier-ignore
  expect(await ratioCounts(store)).toEqual([1]);
  const alone = { ...again(100), unit: "b", rollout: (await needRollout(store.db, place)).id, weight: 1 };
  await recorderFor(store).record(place.environment, [alone], new Date(at(2)));
  expect(await ratioCounts(store)).toEqual([1]);
});

test("a p95 of a few is not estimated", async () => {
  const store = await openTestStore();
  await startedRollout(store, { plan });
  await report(store, 1, ramp(400));
  const estimateAfter = async (minute: number, n: number) => {
    const { rollout } = await report(store, minute, ramp(100, 4), ramp(n, 20));
    const view = await rolloutView(store.db, rollout, { at: at(minute), held: null });
    return view.analysis.guardrails.find(({ name }) => name === "latency")?.ratio?.estimate;
  };
  expect(await estimateAfter(2, 19)).toBeNull();
  expect(await estimateAfter(3, 19)).toBeGreaterThan(0.8);
});

test("a step that nothing comes to is given two days more, once, and then taken back: exit 3 is of what is invalid", async () => {
  const store = await openTestStore();
  await startedRollout(store, { plan: { ...plan, idleMs: 172_800_000 } });
  const DAY = 1440;
  const turn = (days: number) => advance(store, place, turnBy(store, at(days * DAY)));
  expect((await turn(1.9)).moved).toBe(false);
  const given = await turn(2);
  expect([given.moved, given.rollout.state.phase]).toEqual([true, "progressing"]);
  await turn(3.9);
  const { rollout } = await turn(4);
  expect([rollout.state.phase, rollout.state.weight]).toEqual(["invalid", 0]);
  const { history, analysis } = await rolloutView(store.db, rollout, { at: at(4 * DAY), held: null });
  expect(history.slice(-2).map(({ phase, reason }) => [phase, reason])).toEqual([
    ["progressing", "step 1 of 2 (50 %) saw no outcome of the candidate in 2 days: it is given as much time again, and then taken back"],
    ["invalid", "step 1 of 2 (50 %) saw no outcome of the candidate in 4 days: nothing was learned, so it is taken back"],
  ]);
  expect(analysis.reasons).toContainEqual({ code: "recorded", reason: history.at(-1)?.reason });
  expect((await replayRollout(store.db, rollout)).differences).toEqual([]);
}); // prettier-ignore
