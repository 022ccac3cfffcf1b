import type { Clock } from "../core/clock.ts";
import { connect, type Sqlite } from "../state/connection.ts";
import { whyNot } from "../state/why-not.ts";

/** Where kills are kept: the store's file, and the folder of markers beside it. */
export interface Switchboard {
  /** Absolute path of the store. */
  store: string;
  clock: Clock;
  /** How long to wait for another writer before the marker has to do. */
  waitMs: number;
}

/** Opens the store for an operator's action, does the work and closes it. */
export function inStore<T>({ store, waitMs }: Switchboard, work: (sqlite: Sqlite) => T): T {
  const sqlite = connect(store, { durability: "full", waitMs });
  try {
    return work(sqlite);
  } finally {
    sqlite.close();
  }
}

/** What became of one of the two paths; a problem is for people. */
export interface PathReport {
  took: boolean;
  problem: string | null;
}

export function tryPath<T>(waitMs: number, work: () => T): { result: T | undefined; path: PathReport } {
  try {
    return { result: work(), path: { took: true, problem: null } };
  } catch (error) {
    return { result: undefined, path: { took: false, problem: whyNot(error, waitMs) } };
  }
}
