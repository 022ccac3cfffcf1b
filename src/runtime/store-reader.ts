import type { Clock } from "../core/clock.ts";
import type { Kill } from "../kill/latch.ts";
import type { Snapshot } from "../serving/snapshot.store.ts";
import { openMarkerReader } from "./marker-reader.ts";
import { openRowReader } from "./row-reader.ts";

export interface StoreReader {
  /** Looks whether something changed, in a few microseconds; true when it did. Never throws. */
  refresh(): boolean;
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
export function openStoreReader(store: string, clock: Clock): StoreReader {
  const rows = openRowReader(store, clock);
  const markers = openMarkerReader(store, clock);
  return {
    refresh() {
      const rowsChanged = rows.refresh();
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
