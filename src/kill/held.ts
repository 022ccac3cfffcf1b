import type { Sqlite } from "../state/connection.ts";
import { readKills } from "./kills.store.ts";
import { holding } from "./latch.ts";
import { readMarkers } from "./markers.ts";

/** Why nothing new may reach a target: the first kill that stops it, by row or marker; null when none does. */
export function killedBecause(sqlite: Sqlite, store: string, environment: string, target: string): string | null {
  const kills = [...readKills(sqlite), ...readMarkers(store)];
  const [first] = holding(kills, environment, [target]);
  if (first === undefined) return null;
  const what = first.target === target ? target : "everything";
  return `${what} is killed by ${first.actor} since ${first.at.slice(0, 16).replace("T", " ")} UTC: ${first.reason}`;
}
