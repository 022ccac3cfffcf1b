import { closeSync, fstatSync, openSync, statSync } from "node:fs";
import type { Clock } from "../core/clock.ts";
import type { Kill } from "../kill/latch.ts";
import { readMarkers } from "../kill/markers.ts";
import { whyNot } from "../state/why-not.ts";
import { READ_ANEW_MS } from "./row-reader.ts";

/** Two changes of a folder within one tick of its clock leave one time, so a time this recent says nothing. */
const TICK_MS = 20;

export interface MarkerReader {
  refresh(): boolean;
  kills(): readonly Kill[];
  problem(): string | null;
  close(): void;
}

/** The folder of markers held open: asking an open one for its time takes half as long as asking by its path. */
function openFolder(folder: string) {
  let held: { fd: number; inode: number } | undefined;
  const release = () => {
    if (held !== undefined) closeSync(held.fd);
    held = undefined;
  };
  return {
    /** Of the folder as it was held, or else as it is; undefined where there is none. */
    changedAt: () => (held === undefined ? statSync(folder, { throwIfNoEntry: false }) : fstatSync(held.fd))?.mtimeMs,
    /** Holds what is there now: it may have been moved away and made anew. */
    hold() {
      const inode = statSync(folder, { throwIfNoEntry: false })?.ino;
      if (inode !== undefined && inode === held?.inode) return;
      release();
      if (inode === undefined || process.platform === "win32") return;
      held = { fd: openSync(folder, "r"), inode };
    },
    release,
  };
}

/** On a machine that has no folder for them. */
const NO_MARKERS: MarkerReader = {
  refresh: () => false,
  kills: () => [],
  problem: () => null,
  close: () => undefined,
};

export function openMarkerReader(markers: string | null, clock: Clock): MarkerReader {
  if (markers === null) return NO_MARKERS;
  const folder = openFolder(markers);
  let changedAt: number | undefined;
  let readAt = -Infinity;
  let seen = "";
  let kills: readonly Kill[] = [];
  let problem: string | null = null;

  const refresh = (): boolean => {
    try {
      const now = clock.monotonicMs();
      const isFresh = now - readAt < READ_ANEW_MS;
      if (!isFresh) folder.hold();
      const mtime = folder.changedAt();
      if (mtime === changedAt && isFresh) return false;
      const settled = mtime !== undefined && clock.now().getTime() - mtime > TICK_MS;
      [changedAt, readAt] = [settled ? mtime : undefined, now];
      const found = readMarkers(markers).map(({ environment, target, actor, reason, at }) => {
        return { environment, target, actor, reason, at };
      });
      const text = JSON.stringify(found);
      const changed = text !== seen || problem !== null;
      [kills, seen, problem] = [found, text, null];
      return changed;
    } catch (error) {
      const why = `the markers in ${markers} cannot be read: ${whyNot(error)}`;
      const changed = why !== problem;
      problem = why;
      return changed;
    }
  };
  return { refresh, kills: () => kills, problem: () => problem, close: folder.release };
}
