import type { Clock } from "../core/clock.ts";
import { CallFailure } from "./failure.ts";
import { createBucket } from "./bucket.ts";
import { onAbort } from "./on-abort.ts";

export interface Limits {
  /** Calls under way at once. */
  concurrency: number;
  requestsPerMinute?: number | undefined;
  tokensPerMinute?: number | undefined;
}

/** Lets calls of one provider through, first come first served. */
export interface Gate {
  /** Resolves when a call may start; rejects with `aborted` when the signal aborts before. */
  enter(signal: AbortSignal, expectedTokens: number): Promise<void>;
  /** Ends a call; `usedTokens` corrects what was expected of it. */
  leave(expectedTokens: number, usedTokens: number | null): void;
  setConcurrency(concurrency: number): void;
}

interface Waiting {
  tokens: number;
  start: () => void;
}

export function createGate(limits: Limits, clock: Clock): Gate {
  let { concurrency } = limits;
  let running = 0;
  let timer: NodeJS.Timeout | undefined;
  let waiting: Waiting[] = [];
  const requests = createBucket(limits.requestsPerMinute, clock);
  const tokens = createBucket(limits.tokensPerMinute, clock);

  const mayStart = (expected: number) => {
    if (running >= concurrency) return false;
    const waitMs = Math.max(requests.waitMs(1), tokens.waitMs(expected));
    if (waitMs > 0) timer ??= setTimeout(onTimer, waitMs);
    return waitMs === 0;
  };
  const begin = (expected: number) => {
    running++;
    requests.take(1);
    tokens.take(expected);
  };
  const drain = () => {
    for (let next = waiting[0]; next !== undefined && mayStart(next.tokens); next = waiting[0]) {
      waiting.shift();
      begin(next.tokens);
      next.start();
    }
  };
  const onTimer = () => {
    timer = undefined;
    drain();
  };
  const queue = (signal: AbortSignal, expected: number) =>
    new Promise<void>((resolve, reject) => {
      const entry: Waiting = { tokens: expected, start: () => undefined };
      const unwatch = onAbort(signal, () => {
        unwatch();
        waiting = waiting.filter((w) => w !== entry);
        reject(new CallFailure("aborted", "stopped before it began"));
      });
      entry.start = () => {
        unwatch();
        resolve();
      };
      waiting.push(entry);
    });

  return {
    enter: (signal, expected) => {
      if (waiting.length > 0 || !mayStart(expected)) return queue(signal, expected);
      begin(expected);
      return Promise.resolve();
    },
    leave: (expected, used) => {
      running--;
      if (used !== null) tokens.take(used - expected);
      if (waiting.length > 0) drain();
    },
    setConcurrency: (n) => {
      concurrency = n;
      drain();
    },
  };
}
