import { AgentopsError } from "../core/errors.ts";
import type { StoreAddress } from "../state/address.ts";
import type { BareStore } from "../state/store.ts";
import { OPERATORS } from "../state/locks.ts";
import { deleteKill, findKill, readKills } from "./kills.store.ts";
import { knowledgeOf, knownOf, type Order, others } from "./kill.ts";
import { ALL, EVERY, type Kill, told } from "./latch.ts";
import { clearMarker, keepMarker } from "./markers.ts";
import { reconcile } from "./reconcile.ts";
import type { KillDocument } from "./schema.ts";
import { inStore, type Switchboard } from "./switchboard.ts";
import { storeCodeOf, whyNot } from "../state/why-not.ts";

/**
 * Releases latches, marker and row in one go. Without the store nothing is released: nobody would know who started the
 * agent again. Throws STORE_FAILED; then everything is as killed as before.
 */
export async function revive(board: Switchboard, order: Order): Promise<KillDocument> {
  const { environment, targets, actor, reason } = order;
  const at = board.clock.now().toISOString();
  const revivals = targets.map((target): Kill => ({ environment, target, actor, reason, at }));
  const done = await release(board, revivals);
  const took = { took: true, problem: null };
  return {
    schema: "agentops.kill/1",
    action: "revive",
    environment,
    targets: revivals.map((latch, i) => ({
      target: latch.target,
      known: knownOf(order, latch.target),
      changed: done.changed[i] === true,
      kill: null,
      heldBy: stillHeld(done.kills, latch).map(told),
    })),
    ...knowledgeOf(order),
    actor,
    authenticated: false,
    reason: reason === "" ? null : reason,
    at,
    store: board.store.shown,
    paths: { marker: took, store: took },
    recovered: done.recovered,
  };
}

/** After `--all` every kill by name goes on. */
function stillHeld(kills: readonly Kill[], latch: Kill): Kill[] {
  if (latch.target !== ALL) return others(kills, latch);
  return kills.filter(({ environment }) => [environment, EVERY].includes(latch.environment) || environment === EVERY);
}

async function release(board: Switchboard, revivals: readonly Kill[]) {
  const cleared: Kill[] = [];
  try {
    return await inStore(board, async (open) => {
      // First, and by itself: a kill that only a marker knows becomes a row, so that a crash below leaves it killed.
      const recovered = await reconcile(open, board);
      const changed = await clear(open, board, revivals, (kill) => cleared.push(kill));
      cleared.length = 0;
      return { recovered, changed, kills: await readKills(open.db) };
    });
  } catch (error) {
    // Where it was revived after all, the next look at the store clears them.
    for (const kill of cleared) keepMarker(board.store.markers, kill);
    throw failed(board, revivals, error);
  }
}

/** Of a newer store, a folder or another program's file, which nobody is told to repair or to move away. */
function ownHint(error: unknown): string | undefined {
  if (!(error instanceof AgentopsError)) return undefined;
  const isNone = error.code === "STORE_REFUSED" && error.cause === undefined;
  return error.code === "STORE_NEWER" || isNone ? error.hint : undefined;
}

function failed(board: Switchboard, revivals: readonly Kill[], error: unknown): AgentopsError {
  const names = revivals.map((r) => r.target).join(" and ");
  const why = whyNot(error, board.waitMs);
  if (error instanceof AgentopsError && error.details?.["outcome"] === "unknown")
    return new AgentopsError("STORE_FAILED", `${names}: ${why}`, { hint: "look first: agentops status", cause: error });
  const [are, they] = revivals.length === 1 ? ["is", "it was"] : ["are", "they were"];
  return new AgentopsError(storeCodeOf(error), `nothing was revived, ${names} ${are} as ${they}; the store: ${why}`, {
    hint: ownHint(error) ?? wayToRecord(board.store),
    cause: error,
  });
}

function wayToRecord({ file, shown, markers }: StoreAddress): string {
  if (file === null) return `a revive has to be recorded: make ${shown} reachable`;
  return `a revive has to be recorded: repair ${shown}, or move it away (not the folder ${markers ?? ""})`;
}

/** The marker goes before the commit: a crash between the two leaves the row, hence killed. */
function clear(
  open: BareStore,
  { store }: Switchboard,
  revivals: readonly Kill[],
  cleared: (kill: Kill) => void,
): Promise<boolean[]> {
  return open.inTransaction(
    async (tx) => {
      const changed: boolean[] = [];
      for (const revival of revivals) {
        const known = await findKill(tx, revival);
        if (known !== undefined) {
          await deleteKill(tx, known, revival);
          cleared(known);
        }
        changed.push(known !== undefined);
      }
      for (const revival of revivals) clearMarker(store.markers, revival);
      return changed;
    },
    { locks: [OPERATORS] },
  );
}
