import type { Place } from "../core/refs.ts";
import type { Executor } from "../state/raw.ts";
import { readKills } from "./kills.store.ts";
import { holding, type Kill } from "./latch.ts";
import { readMarkers } from "./markers.ts";

/** The first kill that stops a place, by row or by marker in the folder; null when nothing does. */
export async function heldBy(
  db: Executor,
  markers: string | null,
  { environment, target }: Place,
): Promise<Kill | null> {
  const kills: Kill[] = [...(await readKills(db)), ...readMarkers(markers)];
  return holding(kills, environment, [target])[0] ?? null;
}
