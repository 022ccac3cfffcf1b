import type { Clock } from "../core/clock.ts";
import { atExit } from "./at-exit.ts";
import { FLUSH_EVERY_MS } from "./backlog-account.ts";
import type { ExposureCounter } from "./exposure-counter.ts";
import type { CountedExposures, Expose, Exposed } from "./thread/protocol.ts";

/** So many that wait are not left to the timer. */
const ENOUGH = 2000;
const FLUSH_WAIT_MS = 2000;
/** A store that could not be written is left alone for a while. */
const PAUSE_MS = 1000;

export interface ExposureStats {
  /** Answers whose count is in the store. */
  exposed: number;
  /** Of those that were counted, lost: too many waited, or the store refused them for good. */
  unexposed: number;
}

/** Who takes them, elsewhere. */
export interface ExposureWriter {
  /** False where it cannot be handed over. */
  expose(batch: Omit<Expose, "type" | "environment" | "source">): boolean;
  receive(): void;
  /** Sleeps up to some ms until it is known; false when it is not. */
  wait(ms: number): boolean;
}

export interface ExposureQueue {
  /** Called after each answer that was counted. */
  counted(): void;
  /** Hands over what waits, unless a batch is under way; what is observed of it is written after it. */
  send(): void;
  /** What became of the batch that was handed over. */
  exposed(answer: Exposed): void;
  /** Writes all that waits, waiting up to 2 s; false when something is left. */
  flush(): boolean;
  stats(): ExposureStats;
  close(): void;
}

/** Counts of answers on their way to the store, one batch at a time; one whose fate is unknown is handed over again under its number. */
export function exposureQueue(counter: ExposureCounter, writer: ExposureWriter, clock: Clock): ExposureQueue {
  let batch = 0;
  let waiting: CountedExposures[] = [];
  let isUnderWay = false;
  let handOverAt = ENOUGH;
  let restsUntil = -Infinity;
  let timer: ReturnType<typeof setInterval> | undefined;
  let forget: (() => void) | undefined;
  const stats = { exposed: 0, lost: 0 };

  const send = () => {
    if (isUnderWay || clock.monotonicMs() < restsUntil) return;
    if (waiting.length === 0) {
      if (counter.size() === 0) return;
      [waiting, batch, handOverAt] = [counter.collect(), batch + 1, ENOUGH];
    }
    isUnderWay = writer.expose({ batch, exposures: waiting });
  };
  const left = () => waiting.length > 0 || counter.size() > 0;
  const flush = () => {
    restsUntil = -Infinity;
    // The batch that is under way, and the one that waits behind it.
    for (let i = 0; i < 2 && left(); i++) {
      send();
      if (!isUnderWay || !writer.wait(FLUSH_WAIT_MS)) break;
    }
    return !left();
  };
  return {
    counted() {
      if (timer === undefined) {
        timer = setInterval(send, FLUSH_EVERY_MS).unref();
        forget = atExit(flush);
      }
      // A caller that never waits leaves no turn to a timer.
      if (counter.size() < handOverAt) return;
      handOverAt += ENOUGH;
      if (isUnderWay) writer.receive();
      send();
    },
    send,
    exposed({ refused, problem }) {
      isUnderWay = false;
      if (problem !== null) {
        restsUntil = clock.monotonicMs() + PAUSE_MS;
        return;
      }
      const n = answersIn(waiting);
      if (refused) stats.lost += n;
      else stats.exposed += n;
      waiting = [];
    },
    flush,
    stats: () => ({ exposed: stats.exposed, unexposed: stats.lost + counter.dropped }),
    close() {
      flush();
      forget?.();
      clearInterval(timer);
    },
  };
}

function answersIn(exposures: readonly CountedExposures[]): number {
  return exposures.reduce((sum, { n, counts }) => sum + n + counts.reduce((all, one) => all + one, 0), 0);
}
