import type { CountedExposures } from "./thread/protocol.ts";
import type { Place } from "./buckets.ts";

const MINUTE_MS = 60_000;

/** What answers of one version, in one minute, and where a rollout divides at one weight, have in common. */
type Shared = Omit<CountedExposures, "minute" | "n" | "units" | "counts">;

/** Answers of one kind since the last collection; the route holds it, so that a call needs no key. */
export interface Tally extends Shared {
  /** Answers to nobody in particular. */
  n: number;
  /** Who was served, each once; how often stands with each. */
  places: Place[];
}

/**
 * Counts answers in memory: by the minute, and units that a rollout divides by unit. All that a call does is to add one to a number that its
 * route holds; a unit that is new since the last collection is kept in a list.
 */
export class ExposureCounter {
  readonly #limit: number;
  readonly #source: string;
  #prefix: string;
  #tokens = 0;
  #minute: number;
  #tallies: Tally[] = [];
  #closed: CountedExposures[] = [];
  /** Units and tallies that wait. */
  #size = 0;
  /** Answers that were not counted, since too many waited. */
  dropped = 0;

  /** @param source a name that no other process has @param limit units and minutes that may wait */
  constructor(source: string, limit: number, nowMs: number) {
    [this.#source, this.#limit] = [source, limit];
    [this.#prefix, this.#minute] = ["", 0];
    this.tick(nowMs);
  }

  /** The time, from now on; what was counted before belongs to its own minute. */
  tick(nowMs: number): void {
    this.#prefix = `${nowMs.toString(36)}-${this.#source}-`;
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute === this.#minute) return;
    this.close();
    this.#minute = minute;
  }

  /** The name of one answer, as {@link exposureToken} makes it; its time is that of the last tick. */
  token(): string {
    return this.#prefix + String(++this.#tokens);
  }

  /** Begins to count answers of one kind, until {@link close}. */
  tally(shared: Shared): Tally {
    return { ...shared, n: 0, places: [] };
  }

  /** Counts an answer to nobody in particular. */
  add(tally: Tally): void {
    if (tally.n === 0 && !this.#isOpen(tally)) return;
    tally.n += 1;
  }

  /** Counts an answer to a unit that was divided. */
  addTo(tally: Tally, place: Place): void {
    if (place.waiting === 0 && !this.#isOpen(tally, place)) return;
    place.waiting += 1;
  }

  #isOpen(tally: Tally, place?: Place): boolean {
    if (this.#size >= this.#limit) {
      this.dropped += 1;
      return false;
    }
    if (tally.n === 0 && tally.places.length === 0) this.#tallies.push(tally);
    if (place !== undefined) tally.places.push(place);
    this.#size += 1;
    return true;
  }

  size(): number {
    return this.#size;
  }

  /** What was counted so far waits to be collected; a route that changed begins anew. */
  close(): void {
    for (const tally of this.#tallies) this.#closed.push(closedAt(this.#minute, tally));
    this.#tallies = [];
  }

  /** All that waits; it counts from nothing again. */
  collect(): CountedExposures[] {
    this.close();
    const all = this.#closed;
    [this.#closed, this.#size] = [[], 0];
    return all;
  }
}

function closedAt(minute: number, tally: Tally): CountedExposures {
  const { target, version, rollout, weight, n, places } = tally;
  const units = places.map(({ unit }) => unit);
  const counts = places.map(({ waiting }) => waiting);
  for (const place of places) place.waiting = 0;
  [tally.n, tally.places] = [0, []];
  return { target, version, ...(rollout !== undefined && { rollout, weight }), minute, n, units, counts };
}
