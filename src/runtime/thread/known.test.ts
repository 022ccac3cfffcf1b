import { describe, expect, test } from "vitest";
import { boardAt } from "../../kill/history.testing.ts";
import { kill } from "../../kill/kill.ts";
import { revive } from "../../kill/revive.ts";
import { promoted } from "../../testing/rollout.ts";
import { openTestStore, type TestStore } from "../../testing/store.ts";
import { difference, type Known, look, revisionOf } from "./known.ts";

const order = (target: string) => ({ environment: "production", targets: [target], actor: "ada", reason: "drill" });
const killing = (store: TestStore, target: string) => kill(boardAt(store.address), order(target));
const reviving = (store: TestStore, target: string) => revive(boardAt(store.address), order(target));
const targets = ({ kills }: Known) => kills.map(({ target }) => target).sort();

async function said(store: TestStore, known: Known): Promise<string | null> {
  return difference(store.address, known, await revisionOf(store.db), " without FILE");
}

/** The same store as it was at its first change. */
async function olderCopy(store: TestStore): Promise<TestStore> {
  const copy = await openTestStore();
  await copy.rows(`UPDATE revision SET "storeId" = $1`, await store.value(`SELECT "storeId" FROM revision`));
  return copy;
}

describe("what a process knows of a server's store", () => {
  test("is the store's own as long as that goes on, and the same object while nothing changes", async () => {
    const store = await openTestStore();
    const first = await look(store, undefined);
    expect(await look(store, first)).toBe(first);
    await killing(store, "agents/x");
    const second = await look(store, first);
    expect([targets(second), await said(store, second)]).toEqual([["agents/x"], null]);
    await reviving(store, "agents/x");
    const third = await look(store, second);
    expect([targets(third), third.lost, await said(store, third)]).toEqual([[], [], null]);
  });

  test("keeps a kill through an older copy, and takes the kills that are made there", async () => {
    const store = await openTestStore();
    for (const name of ["a", "b", "c", "d", "e"]) await killing(store, `agents/${name}`);
    const before = await look(store, undefined);
    const copy = await olderCopy(store);
    const back = await look(copy, before);
    expect(targets(back)).toEqual(targets(before));
    expect(await said(copy, back)).toMatch(
      /went back from change \d+ to \d+: an older copy of it answers; .* without FILE$/,
    );
    expect(await look(copy, back)).toBe(back);
    await killing(copy, "agents/y");
    expect(targets(await look(copy, back))).toContain("agents/y");
    await killing(copy, "agents/a");
    await reviving(copy, "agents/a");
    const revived = await look(copy, await look(copy, back));
    expect(targets(revived), "the copy never knew it to be killed").toContain("agents/a");
  });

  test("ends an older copy's kill by killing it there and reviving it", async () => {
    const store = await openTestStore();
    await promoted(store, { version: "v1" });
    await killing(store, "agents/x");
    const before = await look(store, undefined);
    const copy = await olderCopy(store);
    await promoted(copy, { version: "v2" });
    let known = await look(copy, before);
    expect(known.served.stables, "until it has gone further").toMatchObject([{ version: "v1" }]);
    for (const name of ["p", "q", "r"]) await killing(copy, `agents/${name}`);
    known = await look(copy, known);
    expect(known.served.stables).toMatchObject([{ version: "v2" }]);
    expect(await said(copy, known)).toMatch(/has lost the kill of agents\/x, which stays: kill again, then revive$/);
    await killing(copy, "agents/x");
    known = await look(copy, known);
    expect([known.lost, await said(copy, known)]).toEqual([[], null]);
    await reviving(copy, "agents/x");
    expect(targets(await look(copy, known))).toEqual(["agents/p", "agents/q", "agents/r"]);
  });

  test("sees another history also where it has come as far, or further", async () => {
    const store = await openTestStore();
    await killing(store, "agents/x");
    const before = await look(store, undefined);
    const copy = await olderCopy(store);
    await killing(copy, "agents/y");
    await copy.rows("UPDATE revision SET value = $1", before.revision.value);
    const level = await look(copy, before);
    expect([targets(level), await said(copy, level)]).toEqual([
      ["agents/x", "agents/y"],
      expect.stringContaining("has another history than before"),
    ]);
    await killing(copy, "agents/z");
    const further = await look(copy, before);
    expect(targets(further)).toEqual(["agents/x", "agents/y", "agents/z"]);
    expect(await said(copy, further)).toContain("has lost the kill of agents/x");
  });
});
