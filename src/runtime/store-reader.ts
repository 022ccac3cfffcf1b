import type { Clock } from "../core/clock.ts";
import { readKills } from "../kill/kills.store.ts";
import type { Kill } from "../kill/latch.ts";
import { readServed, type Snapshot, snapshotOf } from "../serving/snapshot.store.ts";
import type { StoreAddress } from "../state/address.ts";
import { openStore } from "../state/open.ts";
import { whyNot } from "../state/why-not.ts";
import { openMarkerReader } from "./marker-reader.ts";
import { openRowReader, type RowReader } from "./row-reader.ts";

export interface StoreReader {
  /** Looks whether something changed, in a few microseconds; true when it did. `fresh` asks a server and waits for it. Never throws. */
  refresh(fresh?: boolean): boolean;
  /** Kills in force by either path, as of the last refresh. */
  kills(): readonly Kill[];
  /** What is served, as last known; null while the store was never read. */
  snapshot(): Snapshot | null;
  /** What could not be read of the store and its markers at the last refresh; null when all was. */
  problem(): string | null;
  /** The same of the store alone. */
  storeProblem(): string | null;
  close(): void;
}

/** The rows and the markers of one store, kept in memory and checked for freshness. */
export function openStoreReader(rows: RowReader, markerFolder: string | null, clock: Clock): StoreReader {
  const markers = openMarkerReader(markerFolder, clock);
  return {
    refresh(fresh = false) {
      const rowsChanged = rows.refresh(fresh);
      return markers.refresh() || rowsChanged;
    },
    kills: () => [...rows.kills(), ...markers.kills()],
    snapshot: () => rows.snapshot(),
    problem: () => rows.problem() ?? markers.problem(),
    storeProblem: () => rows.problem(),
    close: () => {
      rows.close();
      markers.close();
    },
  };
}

const WAIT_MS = 5000;

/** The store as it is now, for one question. */
export async function readOnce(address: StoreAddress, clock: Clock): Promise<StoreReader> {
  const rows = address.file !== null ? openRowReader(address.file, clock) : await rowsNow(address);
  const reader = openStoreReader(rows, address.markers, clock);
  reader.refresh();
  return reader;
}

async function rowsNow(address: StoreAddress): Promise<RowReader> {
  const fixed = (kills: readonly Kill[], snapshot: Snapshot | null, problem: string | null): RowReader => {
    return {
      refresh: () => false,
      kills: () => kills,
      snapshot: () => snapshot,
      problem: () => problem,
      close: () => undefined,
    };
  };
  try {
    const store = await openStore(address, { durability: "normal", waitMs: WAIT_MS });
    try {
      const read = await store.inTransaction(async (tx) => ({
        kills: await readKills(tx),
        served: await readServed(tx),
      }));
      return fixed(read.kills, snapshotOf(read.served, new Map()), null);
    } finally {
      await store.close();
    }
  } catch (error) {
    return fixed([], null, `the store ${address.shown} cannot be read: ${whyNot(error, WAIT_MS)}`);
  }
}
