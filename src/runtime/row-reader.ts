import { statSync } from "node:fs";
import type { Clock } from "../core/clock.ts";
import { KILLS } from "../kill/kills.store.ts";
import type { Kill } from "../kill/latch.ts";
import {
  contentOf,
  type Contents,
  NO_ROWS,
  openRow,
  REVISION,
  ROLLOUTS_NOW,
  type ServedRows,
  type Snapshot,
  snapshotOf,
  STABLES_NOW,
  versionsIn,
} from "../serving/snapshot.store.ts";
import { type FileReader, openFileReader } from "../state/file-reader.ts";
import { whyNot } from "../state/why-not.ts";

/** Whatever the clocks say, everything is looked at this often. */
export const READ_ANEW_MS = 25;
const RETRY_MS = 250;
/** Another process that opens or closes the store may keep a reader out for a moment. */
const WAIT_MS = 20;

/** What a process keeps of the store in memory. */
export interface RowReader {
  /** Looks whether something changed, in a few microseconds; true when it did. `fresh` asks a server and waits for it. Never throws. */
  refresh(fresh?: boolean): boolean;
  kills(): readonly Kill[];
  /** The last known; null while the store was never read. */
  snapshot(): Snapshot | null;
  /** What could not be read at the last refresh; null when all was. */
  problem(): string | null;
  close(): void;
}

interface Rows {
  kills: readonly Kill[];
  snapshot: Snapshot | null;
  /** Of what is served: another text after each operator's change. */
  revision: string | null;
  /** Why the snapshot is older than the kills; null where it is not. */
  stale: string | null;
}

/** Of a store that is a file: it is asked at each refresh, which takes less than asking a thread. */
export function openRowReader(store: string, clock: Clock): RowReader {
  let open: (FileReader & { inode: number }) | undefined;
  let version: unknown;
  let rows: Rows = { kills: [], snapshot: null, revision: null, stale: null };
  let problem: string | null = null;
  let checkedAt = -Infinity;
  let failedAt = -Infinity;
  const read = rowsOf();

  const close = () => {
    open?.close();
    [open, version] = [undefined, undefined];
  };
  const reopen = () => {
    const inode = statSync(store, { throwIfNoEntry: false })?.ino;
    // A store that was moved away and made anew is another file under the same name.
    if (open !== undefined && open.inode === inode) return;
    close();
    if (inode === undefined) throw new Error("there is none");
    open = { ...openFileReader(store, WAIT_MS), inode };
    // Another file's events are numbered anew.
    rows = { ...rows, revision: null };
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
      const before = { rows, problem };
      rows = read(open, rows);
      [version, problem] = [current, rows.stale === null ? null : `the store ${store} ${rows.stale}`];
      return rows !== before.rows || problem !== before.problem;
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
  return { refresh, kills: () => rows.kills, snapshot: () => rows.snapshot, problem: () => problem, close };
}

/** Kills are read whenever anything changed, what is served only after an operator's change: observations come often. */
function rowsOf(): (open: FileReader, before: Rows) => Rows {
  const contents: Contents = new Map();
  return (open, before) => {
    const kills = open.all(KILLS);
    const { revision, movedTo } = revisionIn(open);
    // One that was made between these two reads came with a revision that is known already.
    if (revision !== null && revision === before.revision)
      return JSON.stringify(kills) === JSON.stringify(before.kills) ? before : { ...before, kills };
    const snapshot = snapshotOf(revision === null ? NO_ROWS : open.atOnce(() => servedIn(open)), contents);
    // What was released is never deleted, so this is another store in the place of one that is gone.
    if (snapshot.environments.length === 0 && (before.snapshot?.environments.length ?? 0) > 0)
      return { ...before, kills, revision, stale: "was replaced by one in which nothing was released" };
    return { kills, snapshot, revision, stale: movedTo === null ? null : `was moved to ${movedTo}` };
  };
}

/** In a store from before there was a revision it was the number of the newest event; null where nothing could be released. */
function revisionIn(open: FileReader): { revision: string | null; movedTo: string | null } {
  const [row] = open.all(REVISION);
  const value = row?.value ?? open.lastEvent();
  const movedTo = row?.movedTo ?? null;
  return { revision: value === null ? null : `${value} ${movedTo ?? ""}`, movedTo };
}

function servedIn(open: FileReader): ServedRows {
  const [stables, rollouts] = [open.all(STABLES_NOW), open.all(ROLLOUTS_NOW).map(openRow)];
  const contents = versionsIn({ stables, rollouts }).flatMap(([target, version]) =>
    open.all(contentOf(target, version)),
  );
  return { stables, rollouts, contents };
}
