import type { Sqlite } from "../state/connection.ts";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AgentOps } from "../runtime/agentops.ts";
import { markerFolder } from "../state/store-file.ts";
import { newStoreFile, openTestStore } from "../testing/store.ts";
import { boardAt, settledHistory } from "./history.testing.ts";
import { kill } from "./kill.ts";
import { holding, type Kill, targetsOf } from "./latch.ts";
import { markerName, readMarkers, setMarker } from "./markers.ts";
import { revive } from "./revive.ts";
import { status } from "../status/status.ts";

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
    const store = newStoreFile();
    const latch = kills(environment, target);
    expect(markerName(latch)).toBe(name);
    expect([setMarker(store, latch), setMarker(store, latch)]).toEqual([true, false]);
    expect(readdirSync(markerFolder(store))).toEqual([name]);
    expect(readMarkers(store)).toEqual([{ ...latch, explained: true }]);
  });
  test("one made by hand counts; what is no marker does not; a torn one says so", () => {
    const store = newStoreFile();
    mkdirSync(markerFolder(store), { recursive: true });
    for (const name of ["production~agents~x", "README", "draft-1", "~x", "a~b", "%zz~agents~x", "production~@all~x~y"])
      writeFileSync(join(markerFolder(store), name), name.startsWith("production~agents") ? '{"actor":"a' : "");
    expect(readMarkers(store)).toMatchObject([{ target: "agents/x", actor: "unknown", explained: false }]);
    expect(status(boardAt(store), { environments: [] }).environments[0]?.killed[0]?.via).toEqual(["marker", "store"]);
    expect(settledHistory(store).actions).toEqual({ "production agents/x": ["kill"] });
  });
});

describe("a latch", () => {
  test.each([
    ["gone", (store: string) => rmSync(store), "the store is gone, only its markers are left"],
    ["empty", (store: string) => writeFileSync(store, ""), "the store's file is empty"],
  ])("a store that is %s is not certain, though nothing is killed", (_, spoil, problem) => {
    const store = newStoreFile();
    openTestStore({ file: store }).sqlite.close();
    for (const end of ["-wal", "-shm"]) rmSync(`${store}${end}`, { force: true });
    spoil(store);
    expect(status(boardAt(store), { environments: [] }).problems).toEqual([problem]);
  });
  test("keeps the first kill, and says so", () => {
    const store = newStoreFile();
    const first = kill(boardAt(store), order("agents/x"));
    const again = kill(boardAt(store), order("agents/x", "production", "bob", "late"));
    expect(first.targets[0]).toMatchObject({ changed: true, kill: { actor: "ada" } });
    expect(again.targets[0]).toMatchObject({ changed: false, kill: { actor: "ada", reason: "refunds twice" } });
    expect(settledHistory(store).actions).toEqual({ "production agents/x": ["kill"] });
  });
  test("keeps the first kill also where only markers know it, and where the markers are gone", () => {
    const store = newStoreFile();
    const lock = openTestStore({ file: store }).sqlite;
    lock.exec("BEGIN IMMEDIATE");
    const [first, again] = ["ada", "bob"].map((actor) =>
      kill(boardAt(store, 1), order("agents/x", "production", actor)),
    );
    expect(first).toMatchObject({ targets: [{ changed: true }], paths: { store: { took: false } } });
    expect(again).toMatchObject({ targets: [{ changed: false, kill: { actor: "ada" } }] });
    expect(() => revive(boardAt(store, 1), order("agents/x"))).toThrow(/nothing was revived.*write lock/);
    expect(readMarkers(store)).toHaveLength(1);
    lock.exec("COMMIT");
    lock.close();
    const third = kill(boardAt(store), order("agents/x", "production", "eve"));
    expect(third).toMatchObject({ targets: [{ changed: false, kill: { actor: "ada" } }] });
    rmSync(markerFolder(store), { recursive: true });
    expect(kill(boardAt(store), order("agents/x"))).toMatchObject({ targets: [{ changed: false }] });
    expect(readMarkers(store)).toHaveLength(1);
    expect(settledHistory(store).actions).toEqual({ "production agents/x": ["kill"] });
  });
  test("is released by its own revive only; what else stops the target is named", () => {
    const store = newStoreFile();
    for (const [target, environment] of [["agents/x"], ["all"], ["agents/x", "*"]] as const)
      kill(boardAt(store), order(target, environment));
    const one = revive(boardAt(store), order("agents/x")).targets[0]!;
    expect(one.changed).toBe(true);
    expect(one.heldBy.map((k) => `${k.environment} ${k.target}`)).toEqual(["production all", "* agents/x"]);
    expect(revive(boardAt(store), order("agents/x")).targets[0]!.changed).toBe(false);
    revive(boardAt(store), order("all"));
    expect(revive(boardAt(store), order("agents/x", "*")).targets[0]).toMatchObject({ changed: true, heldBy: [] });
    expect(settledHistory(store).killed).toEqual([]);
  });
  test("an audit event can be neither changed nor deleted", () => {
    const store = newStoreFile();
    kill(boardAt(store), order("agents/x"));
    const sqlite = openTestStore({ file: store }).sqlite;
    expect(() => sqlite.exec("UPDATE auditEvents SET reason = 'x'")).toThrow("never changed");
    expect(() => sqlite.exec("DELETE FROM auditEvents")).toThrow("never deleted");
  });
  test.each([
    ["agents/x@v7", "USAGE"],
    ["x@", "REF_INVALID"],
    ["tools/x", "REF_INVALID"],
    ["", "REF_INVALID"],
  ])("%j is refused", (name, code) => {
    expect(() => targetsOf(name)).toThrow(expect.objectContaining({ code }));
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

test.each(Array.from({ length: 12 }, (_, i) => i + 1))(
  "random commands, seed %i: killed until revived, one audit event a transition, every reader agrees",
  (seed) => {
    const pick = randomOf(seed);
    const store = newStoreFile();
    const environments = ["production", "staging", "*"];
    const targets = ["agents/x", "prompts/x", "all"];
    const readers = ["production", "staging"].map((env) => new AgentOps({ store, env }));
    const model: Kill[] = [];
    let transitions = 0;
    let lock: Sqlite | undefined;
    openTestStore({ file: store }).sqlite.close();
    for (let step = 0; step < 60; step++) {
      const [environment, target] = [environments[pick(3)]!, targets[pick(3)]!];
      const is = (k: Kill) => k.environment === environment && k.target === target;
      const what = pick(10);
      if (what === 0 && lock === undefined) {
        lock = openTestStore({ file: store }).sqlite;
        lock.exec("BEGIN IMMEDIATE");
      } else if (what === 1 || (lock !== undefined && what === 2)) {
        lock?.exec("COMMIT");
        lock?.close();
        lock = undefined;
      } else if (what < 6) {
        const done = kill(boardAt(store, 1), order(target, environment, `actor ${step}`));
        const known = model.find(is);
        expect(done.targets[0]!.changed, `step ${step}`).toBe(known === undefined);
        if (known === undefined) {
          transitions += 1;
          model.push({ ...order(target, environment), target, at: done.at, actor: `actor ${step}`, reason: "" });
        } else expect(done.targets[0]!.kill!.actor).toBe(known.actor);
      } else if (lock !== undefined) {
        expect(() => revive(boardAt(store, 1), order(target, environment))).toThrow(/nothing was revived/);
      } else {
        const index = model.findIndex(is);
        expect(revive(boardAt(store), order(target, environment)).targets[0]!.changed).toBe(index >= 0);
        if (index >= 0) {
          transitions += 1;
          model.splice(index, 1);
        }
      }
      for (const reader of readers)
        for (const name of ["agents/x", "prompts/x", "agents/other", "x"])
          expect(reader.killSwitch(name).killed, `step ${step}: ${name} in ${reader.environment}`).toBe(
            holding(model, reader.environment, targetsOf(name)).length > 0,
          );
    }
    lock?.close();
    for (const reader of readers) reader.close();
    const { killed, actions } = settledHistory(store);
    expect(killed.sort()).toEqual(model.map((k) => `${k.environment} ${k.target}`).sort());
    expect(Object.values(actions).flat()).toHaveLength(transitions);
  },
);
