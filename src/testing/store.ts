import { join } from "node:path";
import { onTestFinished } from "vitest";
import { addressOf, fileAddress, type StoreAddress } from "../state/address.ts";
import { raw, rowsOf, type Value } from "../state/raw.ts";
import { openRuns, type RunStore } from "../state/runs.ts";
import { openStore } from "../state/open.ts";
import type { Store, StoreOptions } from "../state/store.ts";
import { ENGINE, newDatabase } from "./engine.ts";
import { tempProject } from "./project.ts";

// The one place where a test of an operators' room gets its store from, on the engine that testing/engine.ts says.

/** A store, and what a test asks of it in SQL: placeholders are `$1`, names in camelCase stand in double quotes. */
export interface TestStore extends Store {
  rows(sql: string, ...values: Value[]): Promise<Record<string, any>[]>;
  /** The first column. */
  column(sql: string, ...values: Value[]): Promise<any[]>;
  /** The first column of the first row; undefined without a row. */
  value(sql: string, ...values: Value[]): Promise<any>;
}

/** Where a SQLite store lies in a project that is made for this test; nothing is there yet. */
export function newStoreFile(): string {
  return join(tempProject(), ".agentops", "state.db");
}

/** Where a new store is that has its tables already on a server, and is made when it is opened as a file. */
export async function newStoreAddress(): Promise<StoreAddress> {
  const file = fileAddress(newStoreFile());
  if (ENGINE === "sqlite") return file;
  const location = await newDatabase();
  return { ...addressOf(location, file.markers), shown: location };
}

/** A store, a new one unless its address is given, until the test ends. */
export async function openTestStore({
  address,
  ...waits
}: { address?: StoreAddress } & Pick<StoreOptions, "waitMs" | "answerMs"> = {}): Promise<TestStore> {
  const store = withQueries(await openStore(address ?? (await newStoreAddress()), { durability: "normal", ...waits }));
  onTestFinished(() => store.close());
  return store;
}

/** Some work on a store, which is closed after it. */
export async function withStore<T>(address: StoreAddress, work: (store: TestStore) => Promise<T>): Promise<T> {
  const store = withQueries(await openStore(address, { durability: "normal" }));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** A file of runs, whose calibrations are in the same file, until the test ends. */
export function openTestRuns(file = newStoreFile()): RunStore {
  const runs = openRuns(file, () => openStore(fileAddress(file), { durability: "normal" }), { durability: "normal" });
  onTestFinished(() => runs.close());
  return runs;
}

function withQueries(store: Store): TestStore {
  const rows = (sql: string, ...values: Value[]) => rowsOf(store.db, raw<Record<string, any>>(sql, ...values));
  const column = async (sql: string, ...values: Value[]) =>
    (await rows(sql, ...values)).map((row) => Object.values(row)[0] as unknown);
  let closed = false;
  return {
    ...store,
    rows,
    column,
    value: async (sql, ...values) => (await column(sql, ...values))[0],
    close: async () => {
      if (!closed) await store.close();
      closed = true;
    },
  };
}
