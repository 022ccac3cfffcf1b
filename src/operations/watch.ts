import { AgentopsError } from "../core/errors.ts";
import type { Place } from "../core/refs.ts";
import { isStoreError } from "../state/errors.ts";
import { operatorLocks } from "../state/locks.ts";
import { storeCodeOf, whyNot } from "../state/why-not.ts";
import type { Store, Tx } from "../state/store.ts";
import { settleDue } from "../observations/settle.ts";
import { takeTurn, type Turn, type TurnRequest } from "../rollout/turn.ts";
import { nowOf, releaseLease, takeLease } from "./lease.store.ts";
import { isOver } from "../rollout/state.ts";

/** A turn, as whoever takes it asks for it. */
export type Asked = Omit<TurnRequest, "settle">;

export interface WatchRequest extends Asked {
  /** Unique for this process: who holds the lease. */
  holder: string;
  intervalMs: number;
  signal: AbortSignal;
  /** Called after every turn. */
  onTurn: (turn: Turn) => void | Promise<void>;
  /** Called when the store did not take a turn; the next one tries again. */
  onTrouble: (error: AgentopsError) => void;
}

/** A watcher that died holds its lease for this many turns, and at least half a minute. */
const LEASE_TURNS = 3;
const LEAST_LEASE_MS = 30_000;
/** A store that is busy or full for a while must not leave a rollout unattended; one that stays so needs a person. */
const MOST_TROUBLES = 10;

/** One turn of whoever asks, in a transaction of its own. Throws ROLLOUT_NOT_FOUND, STORE_FAILED. */
export function advance(store: Store, place: Place, request: Asked): Promise<Turn> {
  return store.inTransaction((tx) => takeTurn(tx, place, { ...request, settle: settleDue }), operatorLocks(place));
}

/**
 * Takes turns until the rollout is over or waits for a person (inconclusive), or until the signal. Two watchers never both act: each
 * turn renews a lease, in its own transaction. Throws CONCURRENT_CHANGE while another watches, ROLLOUT_NOT_FOUND, STORE_FAILED after ten
 * turns in a row that the store did not take, and the signal's reason.
 */
export async function watchRollout(store: Store, place: Place, request: WatchRequest): Promise<Turn> {
  const { clock, holder, intervalMs, signal } = request;
  const lease = { name: `${place.target} in ${place.environment}`, holder };
  const ms = Math.max(LEAST_LEASE_MS, LEASE_TURNS * intervalMs);
  const ownTurn = async (tx: Tx) => {
    await takeLease(tx, { ...lease, ms }, nowOf(store, clock));
    return takeTurn(tx, place, { ...request, settle: settleDue });
  };
  let troubles = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      try {
        const turn = await store.inTransaction(ownTurn, operatorLocks(place));
        troubles = 0;
        await request.onTurn(turn);
        const { phase } = turn.rollout.state;
        if (isOver(phase) || phase === "inconclusive") return turn;
      } catch (error) {
        troubles += 1;
        const trouble = troubleOf(error);
        if (trouble === null || troubles >= MOST_TROUBLES) throw error;
        request.onTrouble(trouble);
      }
      await pause(intervalMs, signal);
    }
  } finally {
    await giveBack(store, lease);
  }
}

/** The store's, also where it was only asked what a turn has come to; null for any other error. */
function troubleOf(error: unknown): AgentopsError | null {
  if (error instanceof AgentopsError) return ["STORE_FAILED", "STORE_REFUSED"].includes(error.code) ? error : null;
  return isStoreError(error) ? new AgentopsError(storeCodeOf(error), whyNot(error), { cause: error }) : null;
}

/** One that cannot be given back runs out by itself; what ended the watch is what must be said. */
async function giveBack(store: Store, lease: { name: string; holder: string }): Promise<void> {
  await store.inTransaction((tx) => releaseLease(tx, lease)).catch(() => undefined);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const stop = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      done();
    };
    const timer = setTimeout(stop, ms);
    signal.addEventListener("abort", stop);
  });
}
