import type { BareStore } from "../state/store.ts";
import { OPERATORS } from "../state/locks.ts";
import type { Executor } from "../state/raw.ts";
import { findKill, insertKill, wasRecorded } from "./kills.store.ts";
import { clearMarker, type Marker, readMarkers } from "./markers.ts";
import type { Switchboard } from "./switchboard.ts";

/**
 * Records the kills that only a marker knows: they were made while the store could not be written, or by hand. Returns
 * how many. A marker whose kill was recorded and is not in force was revived from another machine, which cannot clear it: it goes. Under the
 * write lock, since a revive clears marker and row under it.
 */
export async function reconcile(open: BareStore, { store, clock }: Switchboard): Promise<number> {
  if ((await withoutRow(open.db, store.markers)).length === 0) return 0;
  const record = async (tx: Executor) => {
    let recorded = 0;
    for (const marker of await withoutRow(tx, store.markers)) {
      if (await wasRecorded(tx, marker)) clearMarker(store.markers, marker);
      else {
        await insertKill(tx, marker, clock.now().toISOString());
        recorded += 1;
      }
    }
    return recorded;
  };
  return open.inTransaction(record, { locks: [OPERATORS] });
}

async function withoutRow(db: Executor, markers: string | null): Promise<Marker[]> {
  const found: Marker[] = [];
  for (const marker of readMarkers(markers)) if ((await findKill(db, marker)) === undefined) found.push(marker);
  return found;
}
