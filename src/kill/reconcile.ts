import type { Sqlite } from "../state/connection.ts";
import { findKill, insertKill } from "./kills.store.ts";
import { readMarkers } from "./markers.ts";
import type { Switchboard } from "./switchboard.ts";

/**
 * Records the kills that only a marker knows: they were made while the store could not be written, or by hand. Returns
 * how many. Under the write lock, since a revive clears marker and row under it.
 */
export function reconcile(sqlite: Sqlite, { store, clock }: Switchboard): number {
  const unrecorded = () => readMarkers(store).filter((marker) => findKill(sqlite, marker) === undefined);
  if (unrecorded().length === 0) return 0;
  return sqlite
    .transaction(() => {
      const found = unrecorded();
      for (const marker of found) insertKill(sqlite, marker, clock.now().toISOString());
      return found.length;
    })
    .immediate();
}
