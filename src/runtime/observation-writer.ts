import { statSync } from "node:fs";
import type { Clock } from "../core/clock.ts";
import { recordObservations } from "../observations/record.ts";
import type { Observation } from "../observations/schema.ts";
import { connect, type Sqlite, waitFor } from "../state/connection.ts";

/** Writes observations to a store that may be locked, moved away, or not there yet. */
export interface ObservationWriter {
  /** All or none of them; waits this long (whole ms) for another writer. Throws what SQLite throws, STORE_FAILED, STORE_NEWER. */
  write(observations: readonly Observation[], waitMs: number): void;
  close(): void;
}

export function openObservationWriter(
  store: string,
  environment: () => string | null,
  clock: Clock,
): ObservationWriter {
  let open: { sqlite: Sqlite; inode: number } | undefined;
  const close = () => {
    open?.sqlite.close();
    open = undefined;
  };
  const opened = (waitMs: number): Sqlite => {
    const inode = statSync(store, { throwIfNoEntry: false })?.ino;
    // What is written to a file that was moved away is lost to everybody else.
    if (open !== undefined && open.inode !== inode) close();
    if (open === undefined) {
      // Never made here: a new one in place of one that is gone would say that nothing was ever released, and everybody would be served nothing.
      if (!isStore(store)) throw new Error(`there is no store ${store}`);
      const sqlite = connect(store, { durability: "normal", waitMs });
      open = { sqlite, inode: statSync(store).ino };
    }
    waitFor(open.sqlite, waitMs);
    return open.sqlite;
  };
  return {
    write(observations, waitMs) {
      const name = environment();
      if (name === null)
        throw new Error("no environment says where this was observed: new AgentOps({ env }) or AGENTOPS_ENV");
      recordObservations(opened(waitMs), name, observations, clock.now());
    },
    close,
  };
}

/** False also for an empty file, which SQLite would take for a new database. */
function isStore(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
