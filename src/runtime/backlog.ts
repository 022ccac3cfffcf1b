import type { Clock } from "../core/clock.ts";
import type { Observation } from "../observations/schema.ts";
import { account, type OnTrouble } from "./backlog-account.ts";
import type { Written } from "./thread/protocol.ts";

/** At most so many are written at once while the caller works, with a pause for other processes after each: they would wait in vain. */
const BATCH = 500;
export const PAUSE_MS = 25;
/** And while it waits for them: pages that many units share are written once. */
const FLUSH_BATCH = 5000;
const FLUSH_BATCH_COUNT = 2;
/** How long a flush waits for one batch. */
const FLUSH_WAIT_MS = 2000;

/** Who writes them, elsewhere. */
export interface BatchWriter {
  /**
   * Hands a batch over, `behind` so many whose answer is not known: it is not written when one of them is not. {@link
   * ObservationQueue.written} is told what became of it. Returns why it could not be handed over, if so.
   */
  write(batch: readonly Observation[], behind: number): string | null;
  /** Takes what is known, without waiting. */
  receive(): void;
  /** Sleeps up to some ms until it is known; false when it is not. */
  wait(ms: number): boolean;
  close(): void;
}

/** What waits to be written, and what became of the rest. */
export function backlog({ writer, clock, onTrouble }: { writer: BatchWriter; clock: Clock; onTrouble: OnTrouble }) {
  const line = lineTo(writer);
  const { stats, pause, drop, failed } = account(clock, onTrouble, line.size);
  let answeredAt = -Infinity;
  /** Hands the next batch over, unless so many are under way. */
  const send = (most = BATCH, atOnce = 1) => {
    const problem = line.handOver(most, atOnce);
    if (problem !== null) failed(problem, false);
  };
  const written = ({ recorded, refused, unknown, problem }: Written) => {
    answeredAt = clock.monotonicMs();
    if (!line.land(problem === null)) return;
    if (problem !== null) {
      failed(problem.why, problem.locked);
      return;
    }
    stats.recorded += recorded;
    if (unknown !== undefined) {
      stats.unknown += unknown.n;
      onTrouble("unknown", unknown.first, unknown.n);
    }
    if (refused > 0) drop(refused, "the store refuses an observation");
    pause.over();
  };
  const goOn = () => {
    writer.receive();
    if (!pause.lasts() && clock.monotonicMs() - answeredAt >= PAUSE_MS) send();
  };
  /** All of it, as long as it gets on: waits a while for each batch, and for another writer; false when something is left. */
  const writeAll = (): boolean => {
    let until = clock.monotonicMs() + FLUSH_WAIT_MS;
    while (line.size() > 0 && clock.monotonicMs() < until) {
      const before = { failures: stats.failures, waiting: line.size() };
      for (let i = 0; i < FLUSH_BATCH_COUNT; i++) send(FLUSH_BATCH, FLUSH_BATCH_COUNT);
      if (line.isUnderWay() && !writer.wait(until - clock.monotonicMs())) break;
      if (stats.failures > before.failures && !pause.isShort()) break;
      if (line.size() < before.waiting) until = clock.monotonicMs() + FLUSH_WAIT_MS;
    }
    return line.size() === 0;
  };
  // A store that could not be written is left alone for a while: `rests`.
  return { stats, drop, send, goOn, written, writeAll, push: line.push, size: line.size, rests: pause.lasts, full: pause.full }; // prettier-ignore
}

/** Observations in the order they came, of which the first may be under way, in batches. */
function lineTo(writer: BatchWriter) {
  let queue: Observation[] = [];
  const underWay: number[] = [];
  /** Batches behind one that was not written. */
  let spoilt = 0;
  return {
    push: (observation: Observation) => void queue.push(observation),
    size: () => queue.length,
    isUnderWay: () => underWay.length > 0,
    /** Returns why the next batch could not be handed over, if so. */
    handOver(most: number, atOnce: number): string | null {
      if (underWay.length >= atOnce || spoilt > 0) return null;
      const from = underWay.reduce((sum, size) => sum + size, 0);
      const batch = queue.slice(from, from + most);
      if (batch.length === 0) return null;
      const problem = writer.write(batch, underWay.length);
      if (problem === null) underWay.push(batch.length);
      return problem;
    },
    /** The first batch under way was answered; false where that is no news, since one before it was not written. */
    land(isWritten: boolean): boolean {
      const size = underWay.shift() ?? 0;
      if (spoilt > 0) {
        spoilt -= 1;
        return false;
      }
      if (isWritten) queue = queue.slice(size);
      else spoilt = underWay.length;
      return true;
    },
  };
}
