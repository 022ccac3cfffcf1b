import { expect, test } from "vitest";
import { reasonText } from "../report/rollout/reasons.ts";
import type { Store } from "../state/store.ts";
import { ENGINE } from "../testing/engine.ts";
import { minutesLater, startedRollout } from "../testing/rollout.ts";
import { openTestStore, type TestStore } from "../testing/store.ts";
import { lockHolder } from "./lock-holder.testing.ts";
import { advance, watchRollout, type WatchRequest } from "./watch.ts";

const place = { environment: "production", target: "prompts/x" };

/** A server's connection takes longer than a file's, and waits as long for a lock. */
const WAIT_MS = ENGINE === "sqlite" ? 20 : 250;

async function newStore(): Promise<TestStore> {
  const store = await openTestStore({ waitMs: WAIT_MS });
  await startedRollout(store);
  return store;
}

const clockOf = (now: () => void) => ({
  now: () => {
    now();
    return new Date(minutesLater(1));
  },
  monotonicMs: () => 0,
});

function request({ address }: Store, holder: string, more: Partial<WatchRequest> = {}): WatchRequest {
  const usual = {
    clock: clockOf(() => undefined),
    via: "watch" as const,
    intervalMs: 10,
    signal: AbortSignal.timeout(100),
  };
  const quiet = { onTurn: () => undefined, onTrouble: () => undefined };
  return { markers: address.markers, holder, say: reasonText, ...usual, ...quiet, ...more };
}

const leases = (store: TestStore) => store.column("SELECT holder FROM leases");

/** The store, and the locks that are held in it at a moment; null outside a transaction. */
function observed(store: Store) {
  let held: readonly string[] | null = null;
  const inTransaction: Store["inTransaction"] = (work, options) =>
    store.inTransaction(async (tx) => {
      held = options?.locks ?? [];
      return work(tx).finally(() => (held = null));
    }, options);
  return { store: { ...store, inTransaction }, held: () => held };
}

test("clock and kills are read under the lock, by a watcher and by a single turn", async () => {
  const { store, held } = observed(await newStore());
  const seen: unknown[] = [];
  const wanted = { clock: clockOf(() => seen.push(held())), signal: AbortSignal.timeout(500) };
  await advance(store, place, request(store, "me", wanted));
  await expect(watchRollout(store, place, request(store, "me", wanted))).rejects.toThrow();
  expect(new Set(seen.map(String))).toEqual(new Set(["operators,production/prompts/x"]));
  expect(seen.length).toBeGreaterThan(4);
});

test("a store that stays locked ends a watch with the reason, whatever becomes of the lease", async () => {
  const store = await newStore();
  const other = await lockHolder(store, place);
  const troubles: string[] = [];
  const wanted = {
    onTurn: () => other.hold(),
    onTrouble: ({ code }: { code: string }) => void troubles.push(code),
    signal: AbortSignal.timeout(20_000),
  };
  await expect(watchRollout(store, place, request(store, "me", wanted))).rejects.toMatchObject({
    code: "STORE_FAILED",
    message: expect.stringMatching(
      ENGINE === "sqlite"
        ? /^nothing was changed: another process holds .* \(waited 0\.02 s\)/
        : /^nothing was changed: somebody else holds it for too long/,
    ) as string,
  });
  expect(troubles).toEqual(Array(9).fill("STORE_FAILED"));
  await other.letGo();
  expect(await leases(store)).toEqual(["me"]);
});

test("one that is locked for a while does not", async () => {
  const store = await newStore();
  const other = await lockHolder(store, place);
  const seen: string[] = [];
  const controller = new AbortController();
  const wanted = {
    onTurn: async () => {
      seen.push("turn");
      if (seen.length === 1) await other.hold();
      else controller.abort(new Error("enough"));
    },
    onTrouble: () => {
      seen.push("trouble");
      void other.letGo();
    },
    signal: controller.signal,
  };
  await expect(watchRollout(store, place, request(store, "me", wanted))).rejects.toThrow("enough");
  expect(seen).toEqual(["turn", "trouble", "turn"]);
});

test("a second watcher takes no turn and leaves the lease alone", async () => {
  const store = await newStore();
  const turns: string[] = [];
  const controller = new AbortController();
  let began = () => {};
  const watching = new Promise<void>((resolve) => (began = resolve));
  const wanted = { onTurn: () => (turns.push("first"), began()), signal: controller.signal };
  const first = watchRollout(store, place, request(store, "first", wanted));
  await watching;
  const second = watchRollout(store, place, request(store, "second", { onTurn: () => void turns.push("second") }));
  await expect(second).rejects.toMatchObject({
    code: "CONCURRENT_CHANGE",
    message: expect.stringContaining("by first") as string,
  });
  expect(await leases(store)).toEqual(["first"]);
  controller.abort(new Error("enough"));
  await expect(first).rejects.toThrow("enough");
  expect(new Set(turns)).toEqual(new Set(["first"]));
  expect(await leases(store)).toEqual([]);
});
