import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Sqlite } from "../state/connection.ts";
import { openStore, type Store } from "../state/store.ts";
import { tempProject } from "./project.ts";

// The one place where a test of an operators' room gets its store from: the engine is chosen here.
const open = (file: string, waitMs = 5000) => openStore(file, { durability: "normal", waitMs });

/** Where a store lies in a project that is made for this test; nothing is there yet. */
export function newStoreFile(): string {
  return join(tempProject(), ".agentops", "state.db");
}

/** A store, a new one unless `file` names it, until the test ends. */
export function openTestStore({ file = newStoreFile(), waitMs }: { file?: string; waitMs?: number } = {}): Store {
  const store = open(file, waitMs);
  onTestFinished(() => store.close());
  return store;
}

/** Some work on the store in `file`, which is closed after it. */
export function withStore<T>(file: string, work: (sqlite: Sqlite) => T): T {
  const { sqlite } = open(file);
  try {
    return work(sqlite);
  } finally {
    sqlite.close();
  }
}
