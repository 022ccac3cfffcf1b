import { statSync } from "node:fs";
import type { Clock } from "../core/clock.ts";
import type { Kill } from "../release/kill/latch.ts";
import { readMarkers } from "../release/kill/markers.ts";
import { whyNot } from "../release/kill/switchboard.ts";
import { markerFolder } from "../state/store-file.ts";
import { READ_ANEW_MS } from "./row-reader.ts";

/** Two changes of a folder within one tick of its clock leave one time, so a time this recent says nothing. */
const TICK_MS = 20;

export interface MarkerReader {
  refresh(): boolean;
  kills(): readonly Kill[];
  problem(): string | null;
}

export function openMarkerReader(store: string, clock: Clock): MarkerReader {
  const folder = markerFolder(store);
  let changedAt: number | undefined;
  let readAt = -Infinity;
  let seen = "";
  let kills: readonly Kill[] = [];
  let problem: string | null = null;

  const refresh = (): boolean => {
    try {
      const now = clock.monotonicMs();
      const mtime = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
      if (mtime === changedAt && now - readAt < READ_ANEW_MS) return false;
      const settled = mtime !== undefined && clock.now().getTime() - mtime > TICK_MS;
      [changedAt, readAt] = [settled ? mtime : undefined, now];
      const found = readMarkers(store).map(({ environment, target, actor, reason, at }) => {
        return { environment, target, actor, reason, at };
      });
      const text = JSON.stringify(found);
      const changed = text !== seen || problem !== null;
      [kills, seen, problem] = [found, text, null];
      return changed;
    } catch (error) {
      const why = `the markers beside ${store} cannot be read: ${whyNot(error)}`;
      const changed = why !== problem;
      problem = why;
      return changed;
    }
  };
  return { refresh, kills: () => kills, problem: () => problem };
}
