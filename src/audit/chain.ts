import { type AuditRow, hashOf } from "./events.store.ts";

/** Where a chain stands: its last event's place and hash. */
export interface ChainEnd {
  seq: number;
  hash: string | null;
}

/**
 * Follows the chain over some events, in its order. Returns its new end, or the place of the first event that is not as it was written, that
 * is missing, or that does not follow the one before it.
 */
export function follow(end: ChainEnd, events: readonly AuditRow[]): ChainEnd | { brokenAt: number } {
  let { seq, hash } = end;
  for (const event of events) {
    if (event.seq !== seq + 1) return { brokenAt: seq + 1 };
    if (event.prev !== hash || event.hash !== hashOf(event)) return { brokenAt: event.seq };
    [seq, hash] = [event.seq, event.hash];
  }
  return { seq, hash };
}
