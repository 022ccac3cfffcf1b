import { AgentopsError } from "../core/errors.ts";
import type { Sqlite } from "../state/connection.ts";
import { deleteKill, findKill, readKills } from "./kills.store.ts";
import { type Order, others } from "./kill.ts";
import type { Kill } from "./latch.ts";
import { clearMarker } from "./markers.ts";
import { reconcile } from "./reconcile.ts";
import type { KillDocument } from "./schema.ts";
import { inStore, type Switchboard } from "./switchboard.ts";
import { whyNot } from "../state/why-not.ts";

/**
 * Releases latches, marker and row in one go. Without the store nothing is released: nobody would know who started the
 * agent again. Throws STORE_FAILED; then everything is as killed as before.
 */
export function revive(board: Switchboard, order: Order): KillDocument {
  const { environment, targets, actor, reason } = order;
  const at = board.clock.now().toISOString();
  const revivals = targets.map((target): Kill => ({ environment, target, actor, reason, at }));
  const done = release(board, revivals);
  const took = { took: true, problem: null };
  return {
    schema: "agentops.kill/1",
    action: "revive",
    environment,
    targets: revivals.map((latch, i) => ({
      target: latch.target,
      changed: done.changed[i] === true,
      kill: null,
      heldBy: others(done.kills, latch),
    })),
    actor,
    reason,
    at,
    store: board.store,
    paths: { marker: took, store: took },
    recovered: done.recovered,
  };
}

function release(board: Switchboard, revivals: readonly Kill[]) {
  try {
    return inStore(board, (sqlite) => {
      // First, and by itself: a kill that only a marker knows becomes a row, so that a crash below leaves it killed.
      const recovered = reconcile(sqlite, board);
      const changed = clear(sqlite, board, revivals);
      return { recovered, changed, kills: readKills(sqlite) };
    });
  } catch (error) {
    const names = revivals.map((r) => r.target).join(" and ");
    throw new AgentopsError(
      "STORE_FAILED",
      `nothing was revived, ${names} is as it was; the store: ${whyNot(error, board.waitMs)}`,
      {
        hint:
          error instanceof AgentopsError && error.code === "STORE_NEWER"
            ? error.hint
            : `a revive has to be recorded: repair ${board.store}, or move it away (not the folder ${board.store}.kills)`,
        cause: error,
      },
    );
  }
}

/** The marker goes before the commit: a crash between the two leaves the row, hence killed. */
function clear(sqlite: Sqlite, { store }: Switchboard, revivals: readonly Kill[]): boolean[] {
  return sqlite
    .transaction(() => {
      const changed = revivals.map((revival) => {
        const known = findKill(sqlite, revival);
        if (known !== undefined) deleteKill(sqlite, known, revival);
        return known !== undefined;
      });
      for (const revival of revivals) clearMarker(store, revival);
      return changed;
    })
    .immediate();
}
