import { statSync } from "node:fs";
import type { Clock } from "../core/clock.ts";
import { readKills } from "../release/kill/kills.store.ts";
import type { Kill } from "../release/kill/latch.ts";
import { readMarkers } from "../release/kill/markers.ts";
import { whyNot } from "../release/kill/switchboard.ts";
import { connectToRead, type Sqlite } from "../state/connection.ts";
import { markerFolder } from "../state/store-file.ts";

/** Whatever the clocks say, everything is looked at this often. */
const READ_ANEW_MS = 25;
/** Two changes of a folder within one tick of its clock leave one time, so a time this recent says nothing. */
const TICK_MS = 20;
const RETRY_MS = 250;
/** Another process that opens or closes the store may keep a reader out for a moment. */
const WAIT_MS = 20;

export interface KillReader {
  /** Looks whether something changed, in a few microseconds; true when it did. Never throws. */
  refresh(): boolean;
  /** Kills in force by either path, as of the last refresh. */
  kills(): readonly Kill[];
  /** What could not be read at the last refresh; null when all was. */
  problem(): string | null;
  close(): void;
}

/** The rows and the markers of one store, kept in memory and checked for freshness. */
export function openKillReader(store: string, clock: Clock): KillReader {
  const rows = rowReader(store, clock);
  const markers = markerReader(store, clock);
  return {
    refresh() {
      const rowsChanged = rows.refresh();
      return markers.refresh() || rowsChanged;
    },
    kills: () => [...rows.kills(), ...markers.kills()],
    problem: () => rows.problem() ?? markers.problem(),
    close: () => {
      rows.close();
    },
  };
}

interface Connection {
  sqlite: Sqlite;
  /** Another number after every change that another connection committed. */
  version: () => unknown;
  inode: number;
}

function rowReader(store: string, clock: Clock): KillReader {
  let open: Connection | undefined;
  let version: unknown;
  let kills: readonly Kill[] = [];
  let problem: string | null = null;
  let checkedAt = -Infinity;
  let failedAt = -Infinity;

  const close = () => {
    open?.sqlite.close();
    [open, version] = [undefined, undefined];
  };
  const reopen = () => {
    const inode = statSync(store, { throwIfNoEntry: false })?.ino;
    // A store that was moved away and made anew is another file under the same name.
    if (open !== undefined && open.inode === inode) return;
    close();
    if (inode === undefined) throw new Error("there is none");
    open = { ...connectionTo(store), inode };
  };
  const refresh = (): boolean => {
    const now = clock.monotonicMs();
    if (now - failedAt < RETRY_MS) return false;
    try {
      if (now - checkedAt >= READ_ANEW_MS) {
        reopen();
        checkedAt = now;
      }
      if (open === undefined) return false;
      const current = open.version();
      if (current === version) return false;
      kills = readKills(open.sqlite);
      [version, problem] = [current, null];
      return true;
    } catch (error) {
      // What was killed stays killed: nothing says that it was revived.
      close();
      [failedAt, checkedAt] = [now, -Infinity];
      const why = `the store ${store} cannot be read: ${whyNot(error, WAIT_MS)}`;
      const changed = why !== problem;
      problem = why;
      return changed;
    }
  };
  return { refresh, kills: () => kills, problem: () => problem, close };
}

function connectionTo(store: string): Omit<Connection, "inode"> {
  const sqlite = connectToRead(store, WAIT_MS);
  try {
    const version = sqlite.prepare("PRAGMA data_version").pluck();
    return { sqlite, version: () => version.get() };
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function markerReader(store: string, clock: Clock): KillReader {
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
  return { refresh, kills: () => kills, problem: () => problem, close: () => undefined };
}
