import type { Kill } from "../kill/latch.ts";
import { type Contents, type Snapshot, snapshotOf } from "../serving/snapshot.store.ts";
import type { RowReader } from "./row-reader.ts";
import type { StoreThread } from "./store-thread.ts";
import type { Reading } from "./thread/protocol.ts";

/** The first question waits for the first reading; after that, answers come from memory. */
const FIRST_WAIT_MS = 2000;

/** What somebody asked anew waits for the answer, and then does with what is known. */
const FRESH_WAIT_MS = 250;

/** What the thread last said of a store that is a server. */
export interface ThreadReader extends RowReader {
  take(reading: Reading): void;
}

export function threadReader(thread: () => StoreThread): ThreadReader {
  const contents: Contents = new Map();
  let kills: readonly Kill[] = [];
  let snapshot: Snapshot | null = null;
  let problem: string | null = "the store was not read yet";
  let news = false;
  let waited = false;
  return {
    take({ rows, problem: why }) {
      if (rows !== null) [kills, snapshot] = [rows.kills, snapshotOf(rows.served, contents)];
      problem = why;
      news = true;
    },
    refresh(fresh = false) {
      if (!waited) waited = thread().wait("reading", FIRST_WAIT_MS) || true;
      else if (fresh) thread().look(FRESH_WAIT_MS);
      else thread().receive();
      const changed = news;
      news = false;
      return changed;
    },
    kills: () => kills,
    snapshot: () => snapshot,
    problem: () => problem,
    close: () => undefined,
  };
}
