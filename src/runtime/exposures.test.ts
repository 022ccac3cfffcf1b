import { afterEach, expect, test } from "vitest";
import { servedAtOf } from "../observations/exposure-token.ts";
import { bucketOf } from "../serving/assignment.ts";
import { minutesLater, promoted, startedRollout, stepUp } from "../testing/rollout.ts";
import { seen } from "../testing/engine.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { AgentOps } from "./agentops.ts";
import { ExposureCounter } from "./exposure-counter.ts";
import type { AgentOpsOptions } from "./options.ts";

const ID = "0199f000-0000-7000-8000-000000000001";
const open: AgentOps[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

function opsOf({ address }: TestStore, options: AgentOpsOptions = {}): AgentOps {
  const made = new AgentOps({ store: address.location, markers: address.markers ?? "", env: "production", ...options });
  open.push(made);
  return made;
}

/** `unit version weight: n`, and `version: exposed`. */
async function storedIn(store: TestStore) {
  const units = await store.rows("SELECT unit, arm, weight, SUM(n) AS n FROM exposures GROUP BY unit, arm, weight ORDER BY unit, weight"); // prettier-ignore
  const versions = await store.rows('SELECT version, SUM(exposed) AS n FROM "outcomeMinutes" GROUP BY version ORDER BY version'); // prettier-ignore
  return {
    units: units.map(({ unit, arm, weight, n }) => `${unit} ${arm} ${weight}: ${n}`),
    versions: versions.map(({ version, n }) => `${version}: ${n}`),
  };
}

test("what resolve answers is counted by unit where a rollout divides, else by version, and names itself", async () => {
  const store = await openTestStore();
  await promoted(store, { version: "v1" });
  const ops = opsOf(store);
  const [first, second] = [ops.resolve("x", { unit: "a" }), ops.resolve("prompts/x")];
  expect(first.served?.exposure).not.toBe(second.served?.exposure);
  const servedAt = servedAtOf(first.served?.exposure ?? "") ?? "";
  expect(Math.abs(Date.parse(servedAt) - Date.now())).toBeLessThan(1000);
  expect(ops.flush()).toBe(true);
  expect(await storedIn(store)).toEqual({ units: [], versions: ["v1: 2"] });
  const rollout = await startedRollout(store, {
    id: ID,
    plan: { exposures: true, stepObservations: 0 },
    control: "v3",
  });
  await seen();
  const [control, candidate] = ["control", "candidate"].map((arm) => {
    const found = Array.from({ length: 999 }, (_, i) => `u${i}`);
    return found.find((unit) => bucketOf(ID, unit) < 0.05 === (arm === "candidate")) ?? "";
  }) as [string, string];
  for (const unit of [control, candidate, control, undefined]) ops.resolve("x", { unit });
  await stepUp(store, rollout, minutesLater(61));
  await seen();
  for (const unit of [candidate, candidate]) ops.resolve("x", { unit });
  const before = ops.stats();
  expect(ops.flush()).toBe(true);
  const { units } = await storedIn(store);
  expect(units.sort()).toEqual(
    [`${control} control 0.05: 2`, `${candidate} candidate 0.05: 1`, `${candidate} candidate 0.25: 2`].sort(),
  );
  expect(ops.stats()).toMatchObject({ exposed: 8, unexposed: 0 });
  expect(before.exposed).toBeLessThanOrEqual(8);
});

test("what cannot be served is not counted, and close() writes what waits", async () => {
  const store = await openTestStore();
  const ops = opsOf(store);
  expect(ops.resolve("x").served).toBeNull();
  await promoted(store, { version: "v1" });
  await seen();
  ops.resolve("x");
  ops.close();
  expect(await storedIn(store)).toEqual({ units: [], versions: ["v1: 1"] });
});

test("what waits has a limit: beyond it answers are served, and counted as lost", async () => {
  const store = await openTestStore();
  await startedRollout(store, { id: ID, plan: { exposures: true } });
  const ops = opsOf(store, { queueLimit: 100 });
  for (let i = 0; i < 250; i++) expect(ops.resolve("x", { unit: `u${i % 150}` }).value).not.toBeNull();
  expect(ops.flush()).toBe(true);
  // A minute that ends meanwhile, or a route that is made again, needs places of its own.
  const { exposed, unexposed } = ops.stats();
  expect(unexposed).toBeGreaterThanOrEqual(50);
  expect(exposed + unexposed).toBe(250);
});

test("of 150 units, a hundred have a place: those that come again are counted, the others are lost", () => {
  const counter = new ExposureCounter("s", 100, 0);
  const tally = counter.tally({ target: "prompts/x", version: "v1" });
  const places = Array.from({ length: 150 }, (_, i) => ({ unit: `u${i}`, bucket: 0.5, waiting: 0 }));
  for (let i = 0; i < 250; i++) counter.addTo(tally, places[i % 150]!);
  expect([counter.size(), counter.dropped]).toEqual([100, 50]);
  expect(counter.collect()).toMatchObject([{ counts: Array.from({ length: 100 }, () => 2) }]);
});

test("each minute has its own, whatever the timer does", () => {
  const counter = new ExposureCounter("s", 10, 59_000);
  const tally = counter.tally({ target: "prompts/x", version: "v1" });
  const place = { unit: "a", bucket: 0.5, waiting: 0 };
  counter.add(tally);
  counter.addTo(tally, place);
  counter.tick(60_000);
  counter.addTo(tally, place);
  counter.addTo(tally, place);
  expect(counter.collect()).toEqual([
    { target: "prompts/x", version: "v1", minute: 0, n: 1, units: ["a"], counts: [1] },
    { target: "prompts/x", version: "v1", minute: 1, n: 0, units: ["a"], counts: [2] },
  ]);
  expect([counter.size(), counter.collect()]).toEqual([0, []]);
});
