import type { Sqlite } from "../../state/connection.ts";
import { findKill, insertKill } from "./kills.store.ts";
import { isSame, type Latch } from "./latch.ts";
import { readMarkers } from "./markers.ts";
import type { Switchboard } from "./switchboard.ts";

/** The command that made a marker writes into it at once; until then another one must not say "unknown" in its place. */
const BEING_WRITTEN_MS = 2000;

/**
 * Records the kills that only a marker knows: they were made while the store could not be written, or by hand. Returns
 * how many. Under the write lock, since a revive clears marker and row under it.
 */
export function reconcile(sqlite: Sqlite, { store, clock }: Switchboard, always: readonly Latch[] = []): number {
  const now = clock.now();
  const unrecorded = () =>
    readMarkers(store, now.getTime())
      .filter((m) => m.explained || m.ageMs < 0 || m.ageMs > BEING_WRITTEN_MS || always.some((a) => isSame(a, m)))
      .filter((m) => findKill(sqlite, m) === undefined);
  if (unrecorded().length === 0) return 0;
  return sqlite
    .transaction(() => {
      const found = unrecorded();
      for (const marker of found) insertKill(sqlite, marker, now.toISOString());
      return found.length;
    })
    .immediate();
}
