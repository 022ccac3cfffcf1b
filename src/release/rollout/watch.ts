import type { Clock } from "../../core/clock.ts";
import type { Sqlite } from "../../state/connection.ts";
import { killedBecause } from "../kill/held.ts";
import { advanceRollout, type Place, type Turn } from "./advance.ts";
import { type Lease, releaseLease, takeLease } from "./lease.store.ts";
import { isOver } from "./next.ts";

export interface WatchRequest {
  store: string;
  clock: Clock;
  actor: string;
  /** Unique for this process: who holds the lease. */
  holder: string;
  intervalMs: number;
  signal: AbortSignal;
  /** Called after every turn. */
  onTurn: (turn: Turn, held: string | null) => void;
}

/** A watcher that died holds its lease for this many turns, and at least half a minute. */
const LEASE_TURNS = 3;
const LEAST_LEASE_MS = 30_000;

/** One turn of whoever asks, with what forbids to move on looked up first. */
export function turnNow(
  sqlite: Sqlite,
  place: Place,
  { store, clock, actor }: Pick<WatchRequest, "store" | "clock" | "actor">,
): { turn: Turn; held: string | null; at: string } {
  const at = clock.now().toISOString();
  const held = killedBecause(sqlite, store, place.environment, place.target);
  return { turn: advanceRollout(sqlite, place, { at, actor, held }), held, at };
}

/**
 * Takes turns until the rollout is over or waits for a person (inconclusive), or until the signal. Two watchers never both act: each
 * turn renews a lease first. Throws CONCURRENT_CHANGE while another watches, ROLLOUT_NOT_FOUND, and the signal's reason.
 */
export async function watchRollout(sqlite: Sqlite, place: Place, request: WatchRequest): Promise<Turn> {
  const { clock, holder, intervalMs, signal } = request;
  const lease: Omit<Lease, "expiresAt"> = { name: `${place.target} in ${place.environment}`, holder };
  const renew = () => {
    const now = clock.now();
    const until = new Date(now.getTime() + Math.max(LEAST_LEASE_MS, LEASE_TURNS * intervalMs));
    takeLease(sqlite, { ...lease, expiresAt: until.toISOString() }, now.toISOString());
  };
  try {
    for (;;) {
      signal.throwIfAborted();
      renew();
      const { turn, held } = turnNow(sqlite, place, request);
      request.onTurn(turn, held);
      const { phase } = turn.rollout.state;
      if (isOver(phase) || phase === "inconclusive") return turn;
      await pause(intervalMs, signal);
    }
  } finally {
    releaseLease(sqlite, lease);
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
