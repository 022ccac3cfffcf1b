import type { Clock } from "../core/clock.ts";
import type { StoreAddress } from "../state/address.ts";
import { openBare } from "../state/bare.ts";
import type { BareStore } from "../state/store.ts";
import { whyNot } from "../state/why-not.ts";

/** Where kills are kept: the store, and a folder of markers. */
export interface Switchboard {
  store: StoreAddress;
  clock: Clock;
  /** How long to wait for another writer, or a server, before the marker has to do. */
  waitMs: number;
}

/** Opens the store for an operator's action, does the work and closes it. */
export async function inStore<T>({ store, waitMs }: Switchboard, work: (open: BareStore) => Promise<T>): Promise<T> {
  const open = await openBare(store, { durability: "full", waitMs, answerMs: waitMs + 500 });
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}

/** What became of one of the two paths; a problem is for people. */
export interface PathReport {
  took: boolean;
  problem: string | null;
}

export async function tryPath<T>(
  waitMs: number,
  work: () => T | Promise<T>,
): Promise<{ result: T | undefined; path: PathReport }> {
  try {
    return { result: await work(), path: { took: true, problem: null } };
  } catch (error) {
    return { result: undefined, path: { took: false, problem: whyNot(error, waitMs) } };
  }
}
