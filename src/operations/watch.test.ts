import { expect, test } from "vitest";
import type { Sqlite } from "../state/connection.ts";
import { reasonText } from "../report/rollout/reasons.ts";
import { minutesLater, startedRollout } from "../testing/rollout.ts";
import { openTestStore } from "../testing/store.ts";
import { advance, watchRollout, type WatchRequest } from "./watch.ts";

const place = { environment: "production", target: "prompts/x" };

function newStore() {
  const { file: store, sqlite } = openTestStore({ waitMs: 20 });
  startedRollout(sqlite);
  return { store, sqlite };
}

const clockOf = (now: () => void) => ({
  now: () => {
    now();
    return new Date(minutesLater(1));
  },
  monotonicMs: () => 0,
});

function request(store: string, holder: string, more: Partial<WatchRequest> = {}): WatchRequest {
  const usual = { clock: clockOf(() => undefined), actor: "ada", intervalMs: 10, signal: AbortSignal.timeout(100) };
  const quiet = { onTurn: () => undefined, onTrouble: () => undefined };
  return { store, holder, say: reasonText, ...usual, ...quiet, ...more };
}

const leases = (sqlite: Sqlite) => sqlite.prepare("SELECT holder FROM leases").pluck().all();

test("clock and kills are read under the lock, by a watcher and by a single turn", async () => {
  const { store, sqlite } = newStore();
  const seen: boolean[] = [];
  const clock = clockOf(() => seen.push(sqlite.inTransaction));
  advance(sqlite, place, request(store, "me", { clock }));
  await expect(watchRollout(sqlite, place, request(store, "me", { clock }))).rejects.toThrow();
  expect(new Set(seen)).toEqual(new Set([true]));
  expect(seen.length).toBeGreaterThan(4);
});

test("a store that stays locked ends a watch with the reason, whatever becomes of the lease", async () => {
  const { store, sqlite } = newStore();
  const other = openTestStore({ file: store }).sqlite;
  const troubles: string[] = [];
  const wanted = {
    onTurn: () => void other.exec("BEGIN IMMEDIATE"),
    onTrouble: ({ code }: { code: string }) => void troubles.push(code),
    signal: AbortSignal.timeout(20_000),
  };
  await expect(watchRollout(sqlite, place, request(store, "me", wanted))).rejects.toMatchObject({
    code: "STORE_FAILED",
    message: expect.stringMatching(/^nothing was changed: another process holds .* \(waited 0\.02 s\)/) as string,
  });
  expect(troubles).toEqual(Array(9).fill("STORE_FAILED"));
  other.exec("COMMIT");
  expect(leases(sqlite)).toEqual(["me"]);
});

test("one that is locked for a while does not", async () => {
  const { store, sqlite } = newStore();
  const other = openTestStore({ file: store }).sqlite;
  const seen: string[] = [];
  const controller = new AbortController();
  const wanted = {
    onTurn: () => {
      seen.push("turn");
      if (seen.length === 1) other.exec("BEGIN IMMEDIATE");
      else controller.abort(new Error("enough"));
    },
    onTrouble: () => {
      seen.push("trouble");
      other.exec("COMMIT");
    },
    signal: controller.signal,
  };
  await expect(watchRollout(sqlite, place, request(store, "me", wanted))).rejects.toThrow("enough");
  expect(seen).toEqual(["turn", "trouble", "turn"]);
});

test("a second watcher takes no turn and leaves the lease alone", async () => {
  const { store, sqlite } = newStore();
  const turns: string[] = [];
  const first = watchRollout(sqlite, place, request(store, "first", { onTurn: () => void turns.push("first") }));
  const second = watchRollout(sqlite, place, request(store, "second", { onTurn: () => void turns.push("second") }));
  await expect(second).rejects.toMatchObject({
    code: "CONCURRENT_CHANGE",
    message: expect.stringContaining("by first") as string,
  });
  expect(leases(sqlite)).toEqual(["first"]);
  await expect(first).rejects.toThrow();
  expect(new Set(turns)).toEqual(new Set(["first"]));
  expect(leases(sqlite)).toEqual([]);
});
