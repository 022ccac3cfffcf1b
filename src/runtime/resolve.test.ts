import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { boardAt } from "../kill/history.testing.ts";
import { kill } from "../kill/kill.ts";
import { revive } from "../kill/revive.ts";
import { bucketOf } from "../serving/assignment.ts";
import { transition } from "../rollout/transition.ts";
import { rolloutBySeq } from "../rollout/rollouts.store.ts";
import { connect } from "../state/sqlite/connection.ts";
import { minutesLater, promoted, startedRollout, stepUp } from "../testing/rollout.ts";
import { operatorLocks } from "../state/locks.ts";
import { ENGINE, seen } from "../testing/engine.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { AgentOps } from "./agentops.ts";
import type { AgentOpsOptions } from "./options.ts";

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function newStore(): Promise<{ store: TestStore; ops: (options?: AgentOpsOptions) => AgentOps }> {
  const store = await openTestStore();
  const ops = (options: AgentOpsOptions = {}) => {
    const made = new AgentOps({
      store: store.address.location,
      markers: store.address.markers ?? "",
      env: "production",
      ...options,
    });
    open.push(made);
    return made;
  };
  return { store, ops };
}

const ID = "0199f000-0000-7000-8000-000000000001";
const UNITS = Array.from({ length: 400 }, (_, i) => `unit-${i}`);
const FAST = { plan: { stepObservations: 0 } };

describe("resolve", () => {
  test("before a release, after it, and after the next one, in the same process", async () => {
    const { store, ops } = await newStore();
    const served = ops();
    expect(served.resolve("prompts/x")).toMatchObject({
      value: null,
      reason: "ERROR",
      errorCode: "NOT_RELEASED",
      served: null,
    });
    await promoted(store, { version: "v1" });
    await seen();
    expect(served.resolve("prompts/x", { unit: "u" })).toEqual({
      ...{ schema: "agentops.resolution/1", target: "prompts/x", env: "production" },
      ...{
        variant: "stable",
        version: "v1",
        digest: `sha256:${"v1".padEnd(64, "0")}`,
        reason: "STATIC",
        errorCode: null,
      },
      ...{
        message: null,
        value: { name: "x", text: "v1" },
        rollout: null,
        weight: null,
        cohort: null,
        bucket: null,
        shadow: null,
      },
      served: { target: "prompts/x", version: "v1", unit: "u", exposure: expect.any(String) },
    });
    await promoted(store, { version: "v2" });
    await seen();
    expect(served.resolve("x").version).toBe("v2");
  });
  test("a rollout divides by the unit's bucket, sticky and monotone to 100 %, and back after a rollback", async () => {
    const { store, ops } = await newStore();
    const rollout = await startedRollout(store, FAST);
    const served = ops();
    const candidates = () => UNITS.filter((unit) => served.resolve("x", { unit }).variant === "candidate");
    let before: string[] = [];
    for (const [step, weight] of [0.05, 0.25, 0.5, 1].entries()) {
      if (step > 0) await stepUp(store, rollout, minutesLater(step * 61));
      await seen();
      const now = candidates();
      expect(now).toEqual(UNITS.filter((unit) => bucketOf(ID, unit) < weight));
      expect(now).toEqual(expect.arrayContaining(before));
      before = now;
    }
    expect(served.resolve("x", { unit: "unit-0" })).toMatchObject({
      ...{ reason: "SPLIT", version: "v2", rollout: ID, weight: 1, bucket: bucketOf(ID, "unit-0"), shadow: null },
      served: { target: "prompts/x", version: "v2", unit: "unit-0", rollout: ID, weight: 1 },
    });
    await store.inTransaction(async (tx) => {
      const current = (await rolloutBySeq(tx, rollout.seq))!;
      return transition(tx, current, { type: "rollback", at: minutesLater(300) }, { actor: "ada", reason: "bad" });
    }, operatorLocks(rollout));
    await seen();
    expect(served.resolve("x", { unit: "unit-0" })).toMatchObject({
      reason: "STATIC",
      variant: "stable",
      version: "v1",
    });
  });
  test("a cohort has the candidate from its step on, whatever its buckets; the others have the control until they are drawn", async () => {
    const { store, ops } = await newStore();
    const cohorts = [
      { name: "internal", domain: "example.com" },
      { name: "partners", units: ["p1"] },
    ];
    const shadow = { timeMs: 1000, observations: 10 };
    const rollout = await startedRollout(store, { plan: { steps: [0, 0, 0.25, 1], cohorts, shadow, stepObservations: 0 } }); // prettier-ignore
    const served = ops();
    const version = (unit?: string) => served.resolve("x", unit === undefined ? {} : { unit }).version;
    const now = () => ["ada@Example.com", "p1", "u"].map(version);
    const drawn = () => UNITS.filter((unit) => version(unit) === "v2");
    expect([now(), served.resolve("x", { unit: "ada@example.com" }).shadow?.version]).toEqual([["v1", "v1", "v1"], "v2"]); // prettier-ignore
    await stepUp(store, rollout, minutesLater(61));
    await seen();
    expect(served.resolve("x", { unit: "ada@example.com" })).toMatchObject({
      ...{ variant: "candidate", version: "v2", reason: "TARGETING_MATCH", errorCode: null, cohort: "internal" },
      ...{ weight: 0, bucket: null, shadow: null, value: { text: "v2" } },
      // What was not drawn is counted with the probability that it had, so also an older release compares nothing by it.
      served: { target: "prompts/x", version: "v2", unit: "ada@example.com", rollout: ID, weight: 1 },
    });
    expect(served.resolve("x", { unit: "u" })).toMatchObject({
      ...{ variant: "control", version: "v1", reason: "STATIC", cohort: null, weight: 0, shadow: null },
      served: { rollout: ID, weight: 0 },
    });
    expect([now(), version(), drawn()]).toEqual([["v2", "v1", "v1"], "v1", []]);
    await stepUp(store, rollout, minutesLater(122));
    await seen();
    expect([now(), drawn()]).toEqual([["v2", "v2", "v1"], []]);
    await stepUp(store, rollout, minutesLater(183));
    await seen();
    expect([now().slice(0, 2), drawn()]).toEqual([["v2", "v2"], UNITS.filter((unit) => bucketOf(ID, unit) < 0.25)]);
    expect(served.resolve("x", { unit: "p1" })).toMatchObject({ reason: "TARGETING_MATCH", cohort: "partners", weight: 0.25 }); // prettier-ignore
    expect(ops().resolve("x", { unit: "p1" }).version).toBe("v2");
    const order = { environment: "production", targets: ["prompts/x"], actor: "ada", reason: "leaks" };
    await kill(boardAt(store.address), order);
    await seen();
    expect(served.resolve("x", { unit: "p1" })).toMatchObject({ version: null, errorCode: "AGENT_KILLED" });
  });
  test("without a unit, chance decides at the weight, and the caller is told", async () => {
    const { store, ops } = await newStore();
    await stepUp(store, await startedRollout(store, FAST), minutesLater(61));
    await seen();
    const served = ops();
    const all = Array.from({ length: 2000 }, () => served.resolve("x"));
    const share = all.filter((one) => one.version === "v2").length / all.length;
    // 0.25 and six standard errors
    expect(Math.abs(share - 0.25)).toBeLessThan(0.06);
    expect(all[0]).toMatchObject({ reason: "SPLIT", errorCode: "UNIT_MISSING", bucket: null });
    expect(all[0]!.served).not.toHaveProperty("unit");
  });
  test.each([null, "", Number.NaN, {}, Symbol("s")])(
    "%o is no unit: it would put everybody into one arm",
    async (unit) => {
      const { store, ops } = await newStore();
      await startedRollout(store);
      const resolved = ops().resolve("x", { unit: unit as unknown as string });
      expect(resolved).toMatchObject({ errorCode: "UNIT_MISSING", bucket: null });
      expect(resolved.served).not.toHaveProperty("unit");
    },
  );
  test("a number is the unit of its digits, and can be observed", async () => {
    const { store, ops } = await newStore();
    await startedRollout(store);
    const [text, number] = ["42", 42].map((unit) => ops().resolve("x", { unit: unit as string }));
    expect(number).toEqual({ ...text, served: { ...text!.served, exposure: expect.any(String) } });
    expect(number!.served).toMatchObject({ unit: "42" });
  });
  test("in shadow everybody has the control, and the candidate beside it", async () => {
    const { store, ops } = await newStore();
    await startedRollout(store, { plan: { shadow: { timeMs: 1000, observations: 10 } } });
    expect(ops().resolve("x", { unit: "u" })).toMatchObject({
      ...{ variant: "control", version: "v1", reason: "STATIC", weight: 0 },
      shadow: { version: "v2", value: { text: "v2" } },
      served: { weight: 0, rollout: ID },
    });
  });
  test("a killed one is not served, by rows or by markers, until it is revived", async () => {
    const { store, ops } = await newStore();
    await startedRollout(store);
    const served = ops();
    const order = { environment: "production", targets: ["prompts/x"], actor: "ada", reason: "leaks" };
    await kill(boardAt(store.address), order);
    await seen();
    expect(served.resolve("x", { unit: "u" })).toMatchObject({
      ...{ value: null, version: null, reason: "DISABLED", errorCode: "AGENT_KILLED", served: null },
      message: expect.stringContaining("leaks (by ada since"),
    });
    await revive(boardAt(store.address), order);
    await seen();
    expect(served.resolve("x", { unit: "u" }).reason).toBe("SPLIT");
  });
  test.runIf(ENGINE === "sqlite").each([
    ["missing", (store: string) => renameSync(store, `${store}.old`)],
    ["damaged", (store: string) => (rmSync(store), writeFileSync(store, "no database ".repeat(999)))],
    ["a folder", (store: string) => (rmSync(store), mkdirSync(store))],
    [
      "replaced by an empty one",
      (store: string) => (rmSync(store), void connect(store, { durability: "normal" }).close()),
    ],
  ])("where the store is %s then, the last known good is served as STALE", async (_, spoil) => {
    const { store, ops } = await newStore();
    await startedRollout(store, FAST);
    const [served, closed] = [ops(), ops({ failClosed: true })];
    const good = served.resolve("x", { unit: "unit-0" });
    expect([good.reason, closed.resolve("x", { unit: "u" }).reason]).toEqual(["SPLIT", "SPLIT"]);
    await store.close();
    const file = store.address.location;
    for (const end of ["-wal", "-shm"]) rmSync(`${file}${end}`, { force: true });
    spoil(file);
    await expect.poll(() => served.resolve("x", { unit: "unit-0" }).reason, { interval: 5 }).toBe("STALE");
    const stale = served.resolve("x", { unit: "unit-0" });
    expect(stale).toEqual({
      ...good,
      served: { ...good.served, exposure: expect.any(String) },
      reason: "STALE",
      message: expect.stringContaining(file),
    });
    await expect.poll(() => closed.resolve("x").reason, { interval: 5 }).toBe("DISABLED");
    expect(ops().resolve("x")).toMatchObject({
      value: null,
      reason: "ERROR",
      errorCode: expect.stringMatching(/^(STORE_FAILED|NOT_RELEASED)$/),
    });
  });
  test("one environment in the store needs no name; two do; a bare name that means two things is unclear", async () => {
    const { store, ops } = await newStore();
    await promoted(store, { version: "v1" });
    await seen();
    const nameless = ops({ env: "" });
    expect(nameless.resolve("x")).toMatchObject({ env: "production", version: "v1" });
    await promoted(store, { version: "v1", environment: "staging" });
    await seen();
    expect(nameless.resolve("x")).toMatchObject({
      env: null,
      errorCode: "NOT_RELEASED",
      message: expect.stringContaining("production, staging"),
    });
    await promoted(store, { version: "v3", target: "agents/x" });
    await seen();
    const named = ops();
    expect(named.resolve("x")).toMatchObject({
      value: null,
      errorCode: "NOT_RELEASED",
      message: expect.stringContaining("prompts/x and as agents/x"),
    });
    expect(named.resolve("agents/x").version).toBe("v3");
    expect(() => named.resolve("No Name")).toThrow(expect.objectContaining({ code: "REF_INVALID" }));
    named.close();
    expect(() => named.resolve("x")).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
  test("a caller cannot change what others are served", async () => {
    const { store, ops } = await newStore();
    await promoted(store, { version: "v1" });
    await seen();
    const { value } = ops().resolve("x");
    expect(() => {
      (value as Record<string, unknown>)["text"] = "mine";
    }).toThrow(TypeError);
  });
});
