import { AgentopsError } from "../core/errors.ts";
import type { Place } from "../core/refs.ts";
import type { Sqlite } from "../state/connection.ts";
import { inOneTransaction } from "../state/transaction.ts";
import { takeTurn, type Turn, type TurnRequest } from "../rollout/turn.ts";
import { type Lease, releaseLease, takeLease } from "./lease.store.ts";
import { isOver } from "../rollout/next.ts";

export interface WatchRequest extends TurnRequest {
  /** Unique for this process: who holds the lease. */
  holder: string;
  intervalMs: number;
  signal: AbortSignal;
  /** Called after every turn. */
  onTurn: (turn: Turn) => void;
  /** Called when the store did not take a turn; the next one tries again. */
  onTrouble: (error: AgentopsError) => void;
}

/** A watcher that died holds its lease for this many turns, and at least half a minute. */
const LEASE_TURNS = 3;
const LEAST_LEASE_MS = 30_000;
/** A store that is busy or full for a while must not leave a rollout unattended; one that stays so needs a person. */
const MOST_TROUBLES = 10;

/** One turn of whoever asks, in a transaction of its own. Throws ROLLOUT_NOT_FOUND, STORE_FAILED. */
export function advance(sqlite: Sqlite, place: Place, request: TurnRequest): Turn {
  return inOneTransaction(sqlite, () => takeTurn(sqlite, place, request));
}

/**
 * Takes turns until the rollout is over or waits for a person (inconclusive), or until the signal. Two watchers never both act: each
 * turn renews a lease, in its own transaction. Throws CONCURRENT_CHANGE while another watches, ROLLOUT_NOT_FOUND, STORE_FAILED after ten
 * turns in a row that the store did not take, and the signal's reason.
 */
export async function watchRollout(sqlite: Sqlite, place: Place, request: WatchRequest): Promise<Turn> {
  const { clock, holder, intervalMs, signal } = request;
  const lease: Omit<Lease, "expiresAt"> = { name: `${place.target} in ${place.environment}`, holder };
  const ownTurn = () => {
    const now = clock.now();
    const until = new Date(now.getTime() + Math.max(LEAST_LEASE_MS, LEASE_TURNS * intervalMs));
    takeLease(sqlite, { ...lease, expiresAt: until.toISOString() }, now.toISOString());
    return takeTurn(sqlite, place, request);
  };
  let troubles = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      try {
        const turn = inOneTransaction(sqlite, ownTurn);
        troubles = 0;
        request.onTurn(turn);
        const { phase } = turn.rollout.state;
        if (isOver(phase) || phase === "inconclusive") return turn;
      } catch (error) {
        troubles += 1;
        if (!isTrouble(error) || troubles >= MOST_TROUBLES) throw error;
        request.onTrouble(error);
      }
      await pause(intervalMs, signal);
    }
  } finally {
    giveBack(sqlite, lease);
  }
}

function isTrouble(error: unknown): error is AgentopsError {
  return error instanceof AgentopsError && error.code === "STORE_FAILED";
}

/** One that cannot be given back runs out by itself; what ended the watch is what must be said. */
function giveBack(sqlite: Sqlite, lease: Omit<Lease, "expiresAt">): void {
  try {
    releaseLease(sqlite, lease);
  } catch {
    return;
  }
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
