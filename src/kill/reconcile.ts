import type { BareStore } from "../state/store.ts";
import { OPERATORS } from "../state/locks.ts";
import type { Executor } from "../state/raw.ts";
import { findKill, insertKill } from "./kills.store.ts";
import { type Marker, readMarkers } from "./markers.ts";
import type { Switchboard } from "./switchboard.ts";

/**
 * Records the kills that only a marker knows: they were made while the store could not be written, or by hand. Returns
 * how many. Under the write lock, since a revive clears marker and row under it.
 */
export async function reconcile(open: BareStore, { store, clock }: Switchboard): Promise<number> {
  if ((await unrecorded(open.db, store.markers)).length === 0) return 0;
  const record = async (tx: Executor) => {
    const found = await unrecorded(tx, store.markers);
    for (const marker of found) await insertKill(tx, marker, clock.now().toISOString());
    return found.length;
  };
  return open.inTransaction(record, { locks: [OPERATORS] });
}

async function unrecorded(db: Executor, markers: string | null): Promise<Marker[]> {
  const found: Marker[] = [];
  for (const marker of readMarkers(markers)) if ((await findKill(db, marker)) === undefined) found.push(marker);
  return found;
}
