import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AgentOps } from "../runtime/agentops.ts";
import { markerFolder, type StoreAddress } from "../state/address.ts";
import { ENGINE, few } from "../testing/engine.ts";
import { newStoreAddress, newStoreFile, openTestStore, type TestStore, withStore } from "../testing/store.ts";
import { boardAt, locked, settledHistory } from "./history.testing.ts";
import { kill } from "./kill.ts";
import { holding, type Kill, targetsOf } from "./latch.ts";
import { markerName, readMarkers, setMarker } from "./markers.ts";
import { revive } from "./revive.ts";
import { status } from "../status/status.ts";

/** Too short for another writer to be done; a server has to be reached within it. */
const SHORT_MS = ENGINE === "sqlite" ? 1 : 400;
const LOCKED = ENGINE === "sqlite" ? /nothing was revived.*write lock/ : /nothing was revived.*somebody else holds it/;

/** A store that is there, and its folder of markers. */
async function newStore(): Promise<{ address: StoreAddress; markers: string }> {
  const address = await newStoreAddress();
  await withStore(address, () => Promise.resolve());
  return { address, markers: address.markers! };
}

const order = (target: string, environment = "production", actor = "ada", reason = "refunds twice") => {
  return { environment, targets: [target], actor, reason };
};

describe("markers", () => {
  const kills = (environment: string, target: string): Kill => ({
    environment,
    target,
    actor: "a",
    reason: "r",
    at: "t",
  });
  test.each([
    ["production", "agents/refund-desk", "production~agents~refund-desk"],
    ["production", "all", "production~@all"],
    ["*", "agents/x", "@every~agents~x"],
    ["*", "all", "@every~@all"],
    ["@every", "all", "%40every~@all"],
    ["Prod/eu~1 ü", "prompts/x", "%50rod%2Feu%7E1%20%C3%BC~prompts~x"],
    ["..", "prompts/a.b", "..~prompts~a.b"],
  ])("%s %s is %s, and is read back", (environment, target, name) => {
    const folder = markerFolder(newStoreFile());
    const latch = kills(environment, target);
    expect(markerName(latch)).toBe(name);
    expect([setMarker(folder, latch), setMarker(folder, latch)]).toEqual([true, false]);
    expect(readdirSync(folder)).toEqual([name]);
    expect(readMarkers(folder)).toEqual([{ ...latch, explained: true }]);
  });
  test("one made by hand counts; what is no marker does not; a torn one says so", async () => {
    const store = await newStoreAddress();
    const folder = store.markers!;
    mkdirSync(folder, { recursive: true });
    for (const name of ["production~agents~x", "README", "draft-1", "~x", "a~b", "%zz~agents~x", "production~@all~x~y"])
      writeFileSync(join(folder, name), name.startsWith("production~agents") ? '{"actor":"a' : "");
    expect(readMarkers(folder)).toMatchObject([{ target: "agents/x", actor: "unknown", explained: false }]);
    const { environments } = await status(boardAt(store), { environments: [] });
    expect(environments[0]?.killed[0]?.via).toEqual(["marker", "store"]);
    expect((await settledHistory(store)).actions).toEqual({ "production agents/x": ["kill"] });
  });
});

describe("a latch", () => {
  test.runIf(ENGINE === "sqlite").each([
    ["gone", (store: string) => rmSync(store), "the store is gone, only its markers are left"],
    ["empty", (store: string) => writeFileSync(store, ""), "the store's file is empty"],
  ])("a store that is %s is not certain, though nothing is killed", async (_, spoil, problem) => {
    const { address } = await newStore();
    for (const end of ["-wal", "-shm"]) rmSync(`${address.location}${end}`, { force: true });
    spoil(address.location);
    expect((await status(boardAt(address), { environments: [] })).problems).toEqual([problem]);
  });
  test.runIf(ENGINE === "postgres").each([
    ["is not reached", (url: URL) => (url.port = "1"), "no server answers there [ECONNREFUSED]"],
    ["is gone", (url: URL) => (url.pathname += "_gone"), "the server has no such database [3D000]"],
    ["has no tables", (url: URL) => (url.pathname = "/postgres"), "no tables of agentops"],
  ])(
    "a server's store that %s is not certain, though nothing is killed; a marker kills, nothing is revived",
    async (_, spoil, why) => {
      const { address } = await newStore();
      const url = new URL(address.location);
      spoil(url);
      const store = { ...address, location: url.href };
      const problemsNow = async () => (await status(boardAt(store), { environments: [] })).problems;
      expect(await problemsNow()).toEqual([expect.stringContaining(why)]);
      const done = await kill(boardAt(store), order("agents/x"));
      expect(done).toMatchObject({
        targets: [{ changed: true }],
        paths: { store: { problem: expect.stringContaining(why) } },
      });
      expect(await problemsNow()).toEqual([
        expect.stringMatching(/only a marker holds is not recorded yet; the store: /),
        expect.stringContaining(why),
      ]);
      await expect(revive(boardAt(store), order("agents/x"))).rejects.toThrow(/nothing was revived/);
      expect((await settledHistory(address)).actions).toEqual({ "production agents/x": ["kill"] });
    },
  );
  test("keeps the first kill, and says so", async () => {
    const { address: store } = await newStore();
    const first = await kill(boardAt(store), order("agents/x"));
    const again = await kill(boardAt(store), order("agents/x", "production", "bob", "late"));
    expect(first.targets[0]).toMatchObject({ changed: true, kill: { actor: "ada" } });
    expect(again.targets[0]).toMatchObject({ changed: false, kill: { actor: "ada", reason: "refunds twice" } });
    expect((await settledHistory(store)).actions).toEqual({ "production agents/x": ["kill"] });
  });
  test("keeps the first kill also where only markers know it, and where the markers are gone", async () => {
    const { address: store, markers } = await newStore();
    const letGo = await locked(store);
    const first = await kill(boardAt(store, SHORT_MS), order("agents/x", "production", "ada"));
    const again = await kill(boardAt(store, SHORT_MS), order("agents/x", "production", "bob"));
    expect(first).toMatchObject({ targets: [{ changed: true }], paths: { store: { took: false } } });
    expect(again).toMatchObject({ targets: [{ changed: false, kill: { actor: "ada" } }] });
    await expect(revive(boardAt(store, SHORT_MS), order("agents/x"))).rejects.toThrow(LOCKED);
    expect(readMarkers(markers)).toHaveLength(1);
    await letGo();
    const third = await kill(boardAt(store), order("agents/x", "production", "eve"));
    expect(third).toMatchObject({ targets: [{ changed: false, kill: { actor: "ada" } }] });
    rmSync(markers, { recursive: true });
    expect(await kill(boardAt(store), order("agents/x"))).toMatchObject({ targets: [{ changed: false }] });
    expect(readMarkers(markers)).toHaveLength(1);
    expect((await settledHistory(store)).actions).toEqual({ "production agents/x": ["kill"] });
  });
  test("is released by its own revive only; what else stops the target is named", async () => {
    const { address: store } = await newStore();
    for (const [target, environment] of [["agents/x"], ["all"], ["agents/x", "*"]] as const)
      await kill(boardAt(store), order(target, environment));
    const revived = async (...ordered: Parameters<typeof order>) =>
      (await revive(boardAt(store), order(...ordered))).targets[0]!;
    const one = await revived("agents/x");
    expect(one.changed).toBe(true);
    expect(one.heldBy.map((k) => `${k.environment} ${k.target}`)).toEqual(["production all", "* agents/x"]);
    expect((await revived("agents/x")).changed).toBe(false);
    await revived("all");
    expect(await revived("agents/x", "*")).toMatchObject({ changed: true, heldBy: [] });
    expect((await settledHistory(store)).killed).toEqual([]);
  });
  test("without a folder for markers the store does it alone", async () => {
    const store = { ...(await newStore()).address, markers: null };
    const done = await kill(boardAt(store), order("agents/x"));
    const marker = { took: false, problem: expect.stringContaining("AGENTOPS_MARKERS") };
    expect(done).toMatchObject({ targets: [{ changed: true }], paths: { marker, store: { took: true } } });
    expect((await revive(boardAt(store), order("agents/x"))).targets[0]!.changed).toBe(true);
    expect((await settledHistory(store)).actions).toEqual({ "production agents/x": ["kill", "revive"] });
  });
  test("an audit event can be neither changed nor deleted", async () => {
    const store = await openTestStore();
    await kill(boardAt(store.address), order("agents/x"));
    await expect(store.rows(`UPDATE "auditEvents" SET reason = 'x'`)).rejects.toThrow("never changed");
    await expect(store.rows(`DELETE FROM "auditEvents"`)).rejects.toThrow("never deleted");
  });
  test.each([
    ["agents/x@v7", "USAGE"],
    ["x@", "REF_INVALID"],
    ["tools/x", "REF_INVALID"],
    ["", "REF_INVALID"],
  ])("%j is refused", (name, code) => {
    expect(() => targetsOf(name)).toThrow(expect.objectContaining({ code }));
  });
  describe("of two machines with one store, each with its own markers", () => {
    async function twoMachines() {
      const { address } = await newStore();
      const there: StoreAddress = { ...address, markers: markerFolder(newStoreFile()) };
      return { address, here: boardAt(address), there: boardAt(there), store: await openTestStore({ address }) };
    }
    const actionsOf = (store: TestStore) => store.column(`SELECT action FROM "auditEvents" ORDER BY id`);

    test.each([
      ["where the other had killed first", true],
      ["where it was killed on one only", false],
    ])("what one revives the other does not kill again: %s", async (_, onBoth) => {
      const { here, there, store } = await twoMachines();
      if (onBoth) await kill(here, order("agents/x"));
      await kill(there, order("agents/x", "production", "bob", "also saw it"));
      await revive(here, order("agents/x"));
      expect(readMarkers(there.store.markers), "nobody could clear it").toHaveLength(1);
      const seen = await status(there, { environments: [] });
      expect([seen.problems, seen.environments]).toEqual([[], []]);
      expect(readMarkers(there.store.markers)).toEqual([]);
      expect(await actionsOf(store)).toEqual(["kill", "revive"]);
    });
    test("a kill over the other's stale marker is a new one", async () => {
      const { here, there, store } = await twoMachines();
      await kill(there, order("agents/x", "production", "bob"));
      await revive(here, order("agents/x"));
      const again = await kill(there, order("agents/x", "production", "eve", "again"));
      expect(again.targets).toMatchObject([{ changed: true, kill: { actor: "eve", reason: "again" } }]);
      expect(readMarkers(there.store.markers)).toMatchObject([{ actor: "eve", reason: "again" }]);
      await revive(here, order("agents/x"));
      expect((await status(there, { environments: [] })).environments).toEqual([]);
      expect(await actionsOf(store)).toEqual(["kill", "revive", "kill", "revive"]);
    });
    test("one that only a marker knew, made by hand, is revived elsewhere once it was recorded", async () => {
      const { here, there } = await twoMachines();
      mkdirSync(there.store.markers!, { recursive: true });
      writeFileSync(join(there.store.markers!, "production~agents~x"), "");
      expect((await status(there, { environments: [] })).environments).toMatchObject([
        { killed: [{ actor: "unknown" }] },
      ]);
      await revive(here, order("agents/x"));
      expect((await status(there, { environments: [] })).environments).toEqual([]);
    });
  });
  test.runIf(ENGINE === "postgres")("a commit that fails leaves the marker as it was", async () => {
    const { address, markers } = await newStore();
    await kill(boardAt(address), order("agents/x"));
    const before = readMarkers(markers);
    const store = await openTestStore({ address });
    await store.rows(
      "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''too late'' USING ERRCODE = ''53100''; END'",
    );
    await store.rows("CREATE CONSTRAINT TRIGGER late AFTER DELETE ON kills DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()"); // prettier-ignore
    await expect(revive(boardAt(address), order("agents/x"))).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("agents/x"),
    });
    expect(readMarkers(markers)).toEqual(before);
  });
});

/** A small seeded generator, so that a failure can be repeated. */
function randomOf(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

test.each(
  few(
    Array.from({ length: 12 }, (_, i) => i + 1),
    1,
  ),
)("random commands, seed %i: killed until revived, one audit event a transition, every reader agrees", async (seed) => {
  const pick = randomOf(seed);
  const { address: store, markers } = await newStore();
  const environments = ["production", "staging", "*"];
  const targets = ["agents/x", "prompts/x", "all"];
  const readers = ["production", "staging"].map((env) => new AgentOps({ store: store.location, markers, env }));
  const model: Kill[] = [];
  let transitions = 0;
  // Where a busy server is not reached in time, the marker does it as well.
  const hasty = boardAt(store, ENGINE === "sqlite" ? 1 : 40);
  let letGo: (() => Promise<void>) | undefined;
  for (let step = 0; step < 60; step++) {
    const [environment, target] = [environments[pick(3)]!, targets[pick(3)]!];
    const is = (k: Kill) => k.environment === environment && k.target === target;
    const what = pick(10);
    if (what === 0 && letGo === undefined) {
      letGo = await locked(store);
    } else if (what === 1 || (letGo !== undefined && what === 2)) {
      await letGo?.();
      letGo = undefined;
    } else if (what < 6) {
      const done = await kill(hasty, order(target, environment, `actor ${step}`));
      const known = model.find(is);
      expect(done.targets[0]!.changed, `step ${step}`).toBe(known === undefined);
      if (known === undefined) {
        transitions += 1;
        model.push({ ...order(target, environment), target, at: done.at, actor: `actor ${step}`, reason: "" });
      } else expect(done.targets[0]!.kill!.actor).toBe(known.actor);
    } else if (letGo !== undefined) {
      await expect(revive(hasty, order(target, environment))).rejects.toThrow(/nothing was revived/);
    } else {
      const index = model.findIndex(is);
      const done = await revive(boardAt(store), order(target, environment));
      expect(done.targets[0]!.changed).toBe(index >= 0);
      if (index >= 0) {
        transitions += 1;
        model.splice(index, 1);
      }
    }
    const names = readers.flatMap((reader) =>
      ["agents/x", "prompts/x", "agents/other", "x"].map((name) => ({ reader, name })),
    );
    const isKilled = (reader: AgentOps, name: string) => {
      try {
        reader.checkpoint(name, { fresh: true });
        return false;
      } catch {
        return true;
      }
    };
    const answers = () => names.map(({ reader, name }) => isKilled(reader, name));
    const expected = names.map(({ reader, name }) => holding(model, reader.environment, targetsOf(name)).length > 0);
    if (ENGINE === "sqlite") expect(answers(), `step ${step}`).toEqual(expected);
    // A server's changes are told, which takes a moment.
    else await expect.poll(answers, { interval: 2, message: `step ${step}` }).toEqual(expected);
  }
  await letGo?.();
  for (const reader of readers) reader.close();
  const { killed, actions } = await settledHistory(store);
  expect(killed.sort()).toEqual(model.map((k) => `${k.environment} ${k.target}`).sort());
  expect(Object.values(actions).flat()).toHaveLength(transitions);
});
