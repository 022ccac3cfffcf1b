import type { Place } from "../core/refs.ts";
import type { Sqlite } from "../state/connection.ts";
import { readKills } from "./kills.store.ts";
import { holding, type Kill } from "./latch.ts";
import { readMarkers } from "./markers.ts";

/** The first kill that stops a place, by row or by marker beside the store's file; null when nothing does. */
export function heldBy(sqlite: Sqlite, store: string, { environment, target }: Place): Kill | null {
  const kills: Kill[] = [...readKills(sqlite), ...readMarkers(store)];
  return holding(kills, environment, [target])[0] ?? null;
}
